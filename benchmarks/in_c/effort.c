/* Steps of src/tfs_sim/model/mechanisms/effort.py. */
#include "payoff.h"

static void heed_peers(double *restrict norm, const double *restrict effort, const double *restrict trust,
                       const uint32_t *restrict ties, const uint32_t *restrict target,
                       const int64_t *restrict first_relationship, const int64_t *restrict end_of_ties,
                       int64_t organizations, double largest)
{
    for (int64_t i = 0; i < organizations; i++) {
        int64_t first = first_relationship[i], end = end_of_ties[i];
        double total = 0.0;
        for (int64_t m = first; m < end; m++)
            total += trust[ties[m]] * effort[target[ties[m]]];
        norm[i] = total / (most((double)(end - first), 1.0) * largest);
    }
}

void effort_perceive_norm(const struct now *now)
{
    const struct world *w = now->world;
    heed_peers(w->peer_norm, w->effort, w->trust, w->ties, w->target, w->first_relationship, w->end_of_ties,
               w->organizations, now->p->effort.largest);
}

/* An effort at one of the levels between two shares of the largest, all alike likely. */
static double first_effort(const struct now *now, int64_t i)
{
    const struct effort *p = &now->p->effort;
    int64_t low = (int64_t)(now->world->given_lowest[i] * p->levels + 0.5);
    int64_t high = (int64_t)(now->world->given_highest[i] * p->levels + 0.5);
    double u = uniform(now->key, EFFORT_FIRST_STREAM, 0, now->world->organization_id[i]);
    return (double)(low + (int64_t)(u * (double)(high - low + 1))) / p->levels * p->largest;
}

/* Order the organizations first ... end - 1 by a keyed draw (insertion sort: sites are small). */
static void shuffle(const struct now *now, int64_t first, int64_t end)
{
    int64_t *restrict turns = now->world->turns;
    const uint64_t *restrict identity = now->world->organization_id;
    for (int64_t i = first; i < end; i++) {
        double mine = uniform(now->key, EFFORT_ORDER_STREAM, now->month, identity[i]);
        int64_t m = i;
        for (; m > first && uniform(now->key, EFFORT_ORDER_STREAM, now->month, identity[turns[m - 1]]) > mine; m--)
            turns[m] = turns[m - 1];
        turns[m] = i;
    }
}

static void weights(double *restrict weight, double *restrict sum, const double *restrict best, int64_t count,
                    double sharpness)
{
    for (int64_t m = 0; m < count; m++) {
        weight[m] = exp_of((weight[m] - best[m]) * sharpness);
        sum[m] += weight[m];
    }
}

static void pass(double *restrict mark, double *restrict chosen, const double *restrict weight, int64_t count)
{
    for (int64_t m = 0; m < count; m++) {
        mark[m] -= weight[m];
        chosen[m] += mark[m] > 0.0 ? 1.0 : 0.0;
    }
}

/* Let the first `count` of `who` choose among the levels by logit. */
static void decide(const struct now *now, const int64_t *restrict who, int64_t count)
{
    const struct world *w = now->world;
    const struct effort *p = &now->p->effort;
    int64_t n = w->organizations;
    double *restrict best = w->weighed + BEST * n, *restrict mark = w->weighed + REST * n;
    double *restrict chosen = w->weighed + SIZE * n;
    const uint32_t *restrict luck = w->organization_luck + n;
    int levels = (int)p->levels, lowest = (int)least(p->lowest_level, p->levels);
    for (int64_t m = 0; m < count; m++) {
        mark[m] = 0.0;
        chosen[m] = lowest;
    }
    for (int level = lowest; level <= levels; level++)
        weights(w->utility + level * n, mark, best, count, 1.0 / p->noise);
    for (int64_t m = 0; m < count; m++)
        mark[m] *= unit(luck[who[m]]);
    for (int level = lowest; level < levels; level++)
        pass(mark, chosen, w->utility + level * n, count);
    for (int64_t m = 0; m < count; m++)
        w->next_effort[who[m]] = chosen[m] / p->levels * p->largest;
}

/* List those of begin ... stop - 1 who reconsider; note what the others give. */
static int64_t list_deciders(const struct now *now, int64_t begin, int64_t stop, int64_t *restrict deciders)
{
    const struct world *w = now->world;
    double *restrict next_effort = w->next_effort, revision = now->p->effort.revision;
    const double *restrict effort = w->effort, *restrict given_lowest = w->given_lowest;
    const uint8_t *restrict status = w->status, *restrict role = w->role, *restrict in_post = w->in_post;
    const int64_t *restrict months_active = w->months_active;
    const uint32_t *restrict luck = w->organization_luck;
    int64_t count = 0;
    for (int64_t i = begin; i < stop; i++) {
        int takes_part = (role[i] != BACKBONE) & (status[i] == ACTIVE);
        int by_file = takes_part & (months_active[i] == 0) & (given_lowest[i] >= 0.0);
        int reconsiders = (in_post[i] != 0) & (unit(luck[i]) < revision);
        deciders[count] = i;
        next_effort[i] = takes_part ? effort[i] : 0.0;
        if (by_file)
            next_effort[i] = first_effort(now, i);
        count += takes_part & !by_file & reconsiders;
    }
    return count;
}

void effort_choose(const struct now *now)
{
    const struct world *w = now->world;
    const struct effort *p = &now->p->effort;
    int at_once = p->timing < 0.5;
    fill(w->organization_luck, now->key, EFFORT_STREAM, now->month, w->organization_id, w->organizations, 0);
    for (int64_t s = 0; s < w->sites; s++) {
        int64_t first = w->first_organization[s], end = w->end_organization[s];
        double burden = p->cost + p->overload * (1.0 - w->coordination[s]);
        weigh_levels(now, s);
        if (!at_once)
            shuffle(now, first, end);
        for (int64_t turn = first; turn < (at_once ? first + 1 : end); turn++) {
            int64_t begin = at_once ? first : w->turns[turn], stop = at_once ? end : begin + 1;
            weigh(now, s, begin, stop, burden);
            int64_t count = list_deciders(now, begin, stop, w->deciders);
            count = reckon(now, s, w->deciders, count);
            decide(now, w->deciders, count);
            memcpy(w->effort + begin, w->next_effort + begin, (stop - begin) * sizeof *w->effort);
        }
    }
}
