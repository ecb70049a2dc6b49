/* src/tfs_sim/model/payoff.py: what taking part is worth at each level of effort. */
#include "payoff.h"

static inline int is_weakest(double rho) { return rho < WEAKEST_LINK; }

static inline int adds_up(double rho) { return is_weakest(rho) || rho == 1.0; }

static inline double order_of(double rho) { return rho == 0.0 ? GEOMETRIC : rho; }

/* Summands of the power mean of x / scale. */
static inline void mean_terms(double *restrict term, const double *restrict x, int64_t count, double scale, double rho)
{
    if (adds_up(rho)) {
        for (int64_t n = 0; n < count; n++)
            term[n] = x[n] / scale;
        return;
    }
    double order = order_of(rho), of_nothing = order > 0.0 ? 0.0 : NOBODY_GIVES;
    for (int64_t n = 0; n < count; n++) {
        double share = x[n] / scale, raised = exp_of(order * log_of(share));
        term[n] = share > 0.0 ? raised : of_nothing;
    }
}

/* What a team's efforts come to at each level of the own. */
static inline void team_means(double *restrict mean, const double *restrict own, double others, double members,
                              double rho)
{
    if (is_weakest(rho)) {
        for (int level = 0; level < MAX_LEVELS; level++)
            mean[level] = least(own[level], others);
        return;
    }
    double their = (members - 1.0) * others, inverse = 1.0 / order_of(rho);
    if (adds_up(rho)) {
        for (int level = 0; level < MAX_LEVELS; level++)
            mean[level] = (own[level] + their) / members;
        return;
    }
    for (int level = 0; level < MAX_LEVELS; level++)
        mean[level] = power((own[level] + their) / members, inverse);
}

static inline double expected_sight(double x, double clearness)
{
    return clearness > 0.0 ? x + log_of(1.0 + exp_of(-clearness * x)) / clearness : x;
}

static inline double as_seen(double effort, double fte, double clearness, double largest)
{
    return expected_sight(effort / largest, clearness) * largest * fte;
}

void weigh_levels(const struct now *now, int64_t s)
{
    const struct world *w = now->world;
    const struct effort *p = &now->p->effort;
    double clearness = w->esteem_slope[s], at_stake = w->esteem_weight[s], bar = w->esteem_bar[s];
    double curvature = p->curvature, largest = p->largest, effort[MAX_LEVELS];
    double *restrict shown = w->level_shown + s * MAX_LEVELS, *restrict cost = w->level_cost + s * MAX_LEVELS;
    for (int level = 0; level < MAX_LEVELS; level++)
        effort[level] = level / p->levels;
    mean_terms(w->level_term + s * MAX_LEVELS, effort, MAX_LEVELS, 1.0, now->p->delivery.complementarity);
    for (int level = 0; level < MAX_LEVELS; level++) {
        double x = effort[level];
        shown[level] = (clearness > 0.0 ? x + log_of(1.0 + exp_of(-clearness * x)) / clearness : x) * largest;
        cost[level] = 0.5 * curvature * x * x - at_stake * (logistic(clearness * (x - bar)) - 0.5);
    }
}

/* What an organization may expect of pooled money: nothing where there is none. */
static void weigh_pool(const struct now *now, int64_t s, int64_t begin, int64_t stop)
{
    const struct world *w = now->world;
    const struct effort *p = &now->p->effort;
    int64_t n = w->organizations;
    double *restrict money = w->payoff + MONEY * n, *restrict even = w->payoff + EVEN * n;
    double *restrict rest = w->payoff + REST * n;
    const double *restrict effort = w->effort, *restrict fte = w->fte;
    const uint8_t *restrict status = w->status, *restrict role = w->role;
    double payout = w->pool_payout[s], by_seen = w->by_seen[s], clearness = w->esteem_slope[s];
    double contributions = 0.0, at_the_table = 0.0;
    if (payout <= 0.0) {
        for (int64_t i = begin; i < stop; i++) {
            money[i] = even[i] = 0.0;
            rest[i] = 1e-9;
        }
        return;
    }
    for (int64_t i = w->first_organization[s]; i < w->end_organization[s]; i++)
        if (status[i] == ACTIVE && role[i] != BACKBONE) {
            at_the_table += fte[i];
            contributions += as_seen(effort[i], fte[i], clearness, p->largest);
        }
    for (int64_t i = begin; i < stop; i++) {
        int taking_part = status[i] == ACTIVE && role[i] != BACKBONE;
        double wages = fte[i] * now->p->money.dollars_per_fte;
        double pool = wages > 0.0 ? p->money * payout / wages : 0.0;
        double mine = taking_part ? as_seen(effort[i], fte[i], clearness, p->largest) : 0.0;
        money[i] = pool * by_seen;
        even[i] = at_the_table > 0.0 ? pool * (1.0 - by_seen) * fte[i] / at_the_table : 0.0;
        rest[i] = most(contributions + 1e-9 - mine, 1e-9);
    }
}

static double worth_of_joint_work(double members, double partners, const struct now *now)
{
    const struct effort *p = &now->p->effort;
    double worth = p->joint_gain * power(members / now->p->delivery.team_size, now->p->delivery.team_returns);
    return worth / power(most(partners, 1.0) / p->usual_size, p->divided);
}

/* Coefficients of everyone's payoff, but for pooled money. */
static inline __attribute__((always_inline)) void coefficients(
    const struct now *now, int64_t s, int64_t begin, int64_t stop, double burden, int weakest, double partners,
    double givers, double total, double idle, double smallest, double second)
{
    const struct world *w = now->world;
    const struct effort *p = &now->p->effort;
    int64_t n = w->organizations;
    const uint8_t *restrict status = w->status, *restrict role = w->role;
    const int64_t *restrict months_active = w->months_active;
    const double *restrict effort = w->effort, *restrict belief = w->belief, *restrict norm = w->peer_norm;
    const double *restrict commitment = w->commitment, *restrict backing = w->backing;
    const double *restrict portfolio = w->portfolio;
    const double *restrict term = w->effort_term;
    double *restrict seen = w->payoff + SEEN * n, *restrict size = w->payoff + SIZE * n;
    double *restrict scale = w->payoff + SCALE * n, *restrict linear = w->payoff + LINEAR * n;
    double team_size = now->p->delivery.team_size, salience = w->salience[s], largest = p->largest;
    double pull_of_norm = p->norm + salience, pull_of_heart = p->commitment;
    double members = least(partners, team_size), worth = worth_of_joint_work(members, partners, now);
    double nobody = weakest ? 1.0 : 0.0, result = weakest ? smallest : (total + idle * NOBODY_GIVES) / most(givers, 1.0);
    int last_result = p->expectation > 0.5;
    for (int64_t i = begin; i < stop; i++) {
        int taking_part = (status[i] == ACTIVE) & (role[i] != BACKBONE);
        int giving = taking_part & (months_active[i] > 0);
        double others = givers - (giving ? 1.0 : 0.0), expected;
        if (weakest) {
            expected = giving & (effort[i] / largest <= smallest) ? second : smallest;
        } else {
            int nothing = giving & (term[i] >= NOBODY_GIVES);
            double of_others = total - (giving & !nothing ? term[i] : 0.0);
            of_others += (idle - (nothing ? 1.0 : 0.0)) * NOBODY_GIVES;
            expected = most(of_others, 0.0) / most(others, 1.0);
        }
        expected = last_result ? result : expected;
        seen[i] = others > 0.0 ? expected : nobody;
        size[i] = members;
        scale[i] = belief[i] * worth;
        linear[i] = pull_of_norm * norm[i] + pull_of_heart * commitment[i] * backing[i] - (burden + portfolio[i]);
    }
}

void weigh(const struct now *now, int64_t s, int64_t begin, int64_t stop, double burden)
{
    const struct world *w = now->world;
    int64_t first = w->first_organization[s], end = w->end_organization[s];
    const uint8_t *restrict status = w->status, *restrict role = w->role;
    const int64_t *restrict months_active = w->months_active;
    double *restrict term = w->effort_term;
    double rho = now->p->delivery.complementarity;
    double partners = 0.0, givers = 0.0, total = 0.0, idle = 0.0, smallest = 2.0, second = 2.0;

    mean_terms(term + first, w->effort + first, end - first, now->p->effort.largest, rho);
    for (int64_t i = first; i < end; i++) {
        double partner = (status[i] == ACTIVE) & (role[i] != BACKBONE) ? 1.0 : 0.0;
        double giver = months_active[i] > 0 ? partner : 0.0;
        partners += partner;
        givers += giver;
        int nothing = term[i] >= NOBODY_GIVES;
        idle += nothing ? giver : 0.0;
        total += (giver > 0.0) & !nothing ? term[i] : 0.0;
    }
    if (is_weakest(rho)) {
        for (int64_t i = first; i < end; i++)
            if (status[i] == ACTIVE && role[i] != BACKBONE && months_active[i] > 0) {
                second = most(smallest, least(term[i], second));
                smallest = least(term[i], smallest);
            }
        coefficients(now, s, begin, stop, burden, 1, partners, givers, total, idle, smallest, second);
    } else {
        coefficients(now, s, begin, stop, burden, 0, partners, givers, total, idle, smallest, second);
    }
    weigh_pool(now, s, begin, stop);
}

/* The mean of a team for each level of the own effort, once for each kind of organization that sees the same. */
static void average(const struct world *w, const int64_t *restrict who, int64_t count, const double *restrict term,
                    double rho)
{
    int64_t n = w->organizations, kinds = 0;
    double *restrict seen = w->weighed + SEEN * n, *restrict size = w->weighed + SIZE * n;
    double *restrict mean = w->team_mean;
    int64_t *restrict kind = w->kind;
    const double *restrict seen_of = w->payoff + SEEN * n, *restrict size_of = w->payoff + SIZE * n;
    for (int64_t m = 0; m < count; m++) {
        double others = seen_of[who[m]], members = size_of[who[m]];
        int64_t k = 0;
        while (k < kinds && !(seen[k] == others && size[k] == members))
            k++;
        seen[k] = others;
        size[k] = members;
        kind[m] = k;
        kinds += k == kinds;
    }
    for (int64_t k = 0; k < kinds; k++)
        team_means(mean + k * MAX_LEVELS, term, seen[k], size[k], rho);
}

static void utilities(double *restrict u, double *restrict best, const int64_t *restrict kind,
                      const double *restrict mean, const double *restrict scale, const double *restrict linear,
                      int64_t count, double x, double cost)
{
    for (int64_t m = 0; m < count; m++) {
        u[m] = linear[m] * x - cost + scale[m] * mean[kind[m] * MAX_LEVELS];
        best[m] = most(best[m], u[m]);
    }
}

static void utilities_with_pool(double *restrict u, double *restrict best, const int64_t *restrict kind,
                                const double *restrict mean, const double *restrict scale,
                                const double *restrict linear, const double *restrict money,
                                const double *restrict rest, const double *restrict even,
                                const double *restrict staff, int64_t count, double x, double cost, double shown)
{
    for (int64_t m = 0; m < count; m++) {
        double mine = shown * staff[m];
        u[m] = linear[m] * x - cost + money[m] * mine / (mine + rest[m]) + even[m] +
               scale[m] * mean[kind[m] * MAX_LEVELS];
        best[m] = most(best[m], u[m]);
    }
}

int64_t reckon(const struct now *now, int64_t s, int64_t *restrict who, int64_t count)
{
    const struct world *w = now->world;
    const struct effort *p = &now->p->effort;
    int64_t n = w->organizations, last = count - 1, of_site = s * MAX_LEVELS;
    double *restrict scale = w->weighed + SCALE * n, *restrict linear = w->weighed + LINEAR * n;
    double *restrict money = w->weighed + MONEY * n, *restrict rest = w->weighed + REST * n;
    double *restrict even = w->weighed + EVEN * n, *restrict staff = w->weighed + STAFF * n;
    double *restrict best = w->weighed + BEST * n;
    int pooled = 0, levels = (int)p->levels, lowest = (int)least(p->lowest_level, p->levels);
    if (count == 0)
        return 0;
    count = whole_vectors(count, n);
    for (int64_t m = 0; m < count; m++) {
        int64_t i = who[m] = who[m < last ? m : last];
        scale[m] = w->payoff[SCALE * n + i];
        linear[m] = w->payoff[LINEAR * n + i];
        money[m] = w->payoff[MONEY * n + i];
        rest[m] = w->payoff[REST * n + i];
        even[m] = w->payoff[EVEN * n + i];
        staff[m] = w->fte[i];
        pooled |= money[m] + even[m] > 0.0;
        best[m] = -1e300;
    }
    average(w, who, count, w->level_term + of_site, now->p->delivery.complementarity);
    for (int level = lowest; level <= levels; level++) {
        double x = level / p->levels, cost = w->level_cost[of_site + level], *u = w->utility + level * n;
        if (pooled)
            utilities_with_pool(u, best, w->kind, w->team_mean + level, scale, linear, money, rest, even, staff,
                                count, x, cost, w->level_shown[of_site + level]);
        else
            utilities(u, best, w->kind, w->team_mean + level, scale, linear, count, x, cost);
    }
    return count;
}
