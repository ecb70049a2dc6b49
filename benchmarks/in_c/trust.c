/* Steps of src/tfs_sim/model/mechanisms/trust.py. */
#include <math.h>

#include "step.h"

static void fade(double *restrict good, double *restrict bad, uint8_t *restrict failed, double *restrict good_on_record,
                 double *restrict bad_on_record, double *restrict idle, uint8_t *restrict met, int64_t pairs,
                 double keep, double fresh, double keep_on_record)
{
    for (int64_t q = 0; q < pairs; q++) {
        double left = keep + fresh * met[q];
        good[q] *= left;
        bad[q] *= left;
        good[pairs + q] *= left;
        bad[pairs + q] *= left;
        idle[q] += 1.0;
    }
    for (int64_t r = 0; r < 2 * pairs; r++) {
        good_on_record[r] *= keep_on_record;
        bad_on_record[r] *= keep_on_record;
    }
    memset(failed, 0, 2 * pairs);
    memset(met, 0, pairs);
}

void trust_fade(const struct now *now)
{
    const struct world *w = now->world;
    double keep = half_life_factor(now->p->trust.memory);
    double fresh = now->on->communication * now->p->communication.freshness * (1.0 - keep);
    fade(w->personal_good, w->personal_bad, w->failed, w->institutional_good, w->institutional_bad, w->idle, w->met,
         w->pairs, keep, fresh, half_life_factor(now->p->institutional_trust.memory));
}

void trust_draw_luck(const struct now *now)
{
    const struct world *w = now->world;
    fill(w->luck, now->key, TRUST_STREAM, now->month, w->pair_id, w->pairs, 0);
}

static inline double able_to_meet(double mine, double its, double here, double there, double lost_contact)
{
    return fabs(mine * its) * (1.0 - lost_contact * most(here, there));
}

static void expect(double *restrict expected, const uint32_t *restrict one, const uint32_t *restrict other,
                   const uint8_t *restrict tie, const double *restrict here, const double *restrict there,
                   const double *restrict presence, int64_t count, double everyday, double by_chance,
                   double tied, double free, double lost_contact)
{
    for (int64_t n = 0; n < count; n++) {
        double mine = presence[one[n]], its = presence[other[n]];
        double both = (mine > 0.0) & (its > 0.0) ? 1.0 : 0.0;
        double anyway = tie[n] ? everyday : by_chance, further = tie[n] ? tied : free;
        expected[n] = (anyway + further * both) * able_to_meet(mine, its, here[n], there[n], lost_contact);
    }
}

static void expect_in_work(double *restrict expected, const uint32_t *restrict teammates, const uint32_t *restrict one,
                           const uint32_t *restrict other, const double *restrict grievance,
                           const double *restrict presence, const double *restrict effort, int64_t pairs,
                           double work_contact, double lost_contact)
{
    for (int64_t m = 0; m < pairs && teammates[m] < pairs; m++) {
        int64_t q = teammates[m];
        double mine = presence[one[q]], its = presence[other[q]];
        double both = (mine > 0.0) & (its > 0.0);
        double able = able_to_meet(mine, its, grievance[q], grievance[q + pairs], lost_contact);
        expected[q] += work_contact * least(effort[one[q]], effort[other[q]]) * both * able;
    }
}

void trust_weigh_contact(const struct now *now)
{
    const struct world *w = now->world;
    const struct trust *p = &now->p->trust;
    double lost_contact = now->p->histories.lost_contact;
    for (int64_t s = 0; s < w->sites; s++) {
        double convened = 1.0 + p->convening_gain * w->dose_trust_building_convenings[s];
        double called = p->joint_contact * convened + now->p->communication.contact * w->dose_steady_communication[s];
        double tied = called * (w->coordination[s] * w->contact_factor[s]);
        double free = p->table_contact * convened * w->coordination[s] * w->contact_factor[s] * w->reach[s];
        int64_t first = w->first_pair[s];
        expect(w->meetings_expected + first, w->one_end + first, w->other_end + first, w->is_open + first,
               w->grievance + first, w->grievance + w->pairs + first, w->presence, w->end_pair[s] - first,
               p->everyday_contact * w->contact_factor[s], p->strangers_contact * w->reach[s] * w->contact_factor[s], tied, free,
               lost_contact);
    }
    expect_in_work(w->meetings_expected, w->teammates, w->one_end, w->other_end, w->grievance, w->presence, w->effort,
                   w->pairs, p->work_contact / now->p->effort.largest, lost_contact);
}

static void gather(double *restrict expected, uint32_t *restrict meeting, const uint32_t *restrict luck, int64_t pairs)
{
    int64_t count = 0, met = 0;
    for (int64_t q = 0; q < pairs; q++) {
        double x = expected[q];
        meeting[count] = q;
        expected[count] = x;
        count += unit(luck[q]) < x; /* the chance, 1 - exp(-x), is below x */
    }
    int64_t filled = whole_vectors(count, pairs);
    for (int64_t m = 0; m < filled; m++)
        expected[m] = 1.0 - exp_of(-expected[m]);
    for (int64_t m = 0; m < count; m++) {
        uint32_t q = meeting[m];
        meeting[met] = q;
        met += unit(luck[q]) < expected[m];
    }
    if (met < pairs)
        meeting[met] = pairs;
}

void trust_list_meetings(const struct now *now)
{
    const struct world *w = now->world;
    gather(w->meetings_expected, w->meeting, w->luck, w->pairs);
}

/* Friction between the networks of nationals a and b (-1: none); all nationals know each other. */
static inline double friction_between(int64_t a, int64_t b, const struct world *w)
{
    if (a < 0 || b < 0 || a == b)
        return 0.0;
    int64_t mine = w->local_index[a], other = w->local_index[b];
    return w->friction[w->relationships[w->first_relationship[a] + other - (other > mine)]];
}

void trust_encounter(const struct now *now)
{
    const struct world *w = now->world;
    const struct trust *p = &now->p->trust;
    const struct institutional_trust *record = &now->p->institutional_trust;
    int64_t pairs = w->pairs, broken = 0;
    double *restrict good = w->personal_good, *restrict bad = w->personal_bad;
    double *restrict good_on_record = w->institutional_good, *restrict bad_on_record = w->institutional_bad;
    double *restrict contacts = w->contacts, *restrict at_table = w->contacts_at_table, *restrict idle = w->idle;
    double *restrict conflicts = w->conflicts;
    uint8_t *restrict failed = w->failed, *restrict met = w->met;
    uint32_t *restrict meeting = w->meeting;
    const double *restrict grievance = w->grievance, *restrict reliability = w->reliability;
    const double *restrict documentation = w->documentation, *restrict coordination = w->coordination;
    const double *restrict recognition = w->recognition, *restrict convenings = w->dose_trust_building_convenings;
    const uint32_t *restrict luck = w->luck, *restrict one = w->one_end, *restrict other = w->other_end;
    const uint32_t *restrict pair_site = w->pair_site;
    const uint8_t *restrict status = w->status;
    const int64_t *restrict affiliation = w->affiliation;
    double on_record = now->on->institutional_trust, recorded_anyway = record->recorded;
    double more_in_writing = record->recorded_in_writing - record->recorded, negativity = p->negativity;
    double worst = now->p->communication.misread_worst_after, respect = now->p->strengths.respect;
    double conflict = now->p->national.conflict, broken_promises = now->p->histories.broken_promises;
    double overload = p->overload, convening_care = p->convening_care;
    double misreading = now->on->communication * now->p->communication.misreading;
    for (int64_t s = 0; s < w->sites; s++)
        conflicts[s] = 0.0;
    for (int64_t m = 0; m < pairs; m++) {
        int64_t q = meeting[m];
        if (q >= pairs)
            break;
        uint32_t i = one[q], j = other[q], s = pair_site[q];
        double both = (status[i] == ACTIVE) & (status[j] == ACTIVE);
        contacts[i] += 1.0;
        contacts[j] += 1.0;
        at_table[i] += both;
        at_table[j] += both;
        double recorded = on_record * (recorded_anyway + more_in_writing * (0.5 * (documentation[i] + documentation[j])));
        double rivalry = friction_between(affiliation[i], affiliation[j], w);
        double given = (1.0 - overload * (1.0 - coordination[s]) * both) * (1.0 - conflict * rivalry);
        double unaverted = (1.0 - convening_care * convenings[s]) * (1.0 - respect * recognition[s]);
        double care = (1.0 - unaverted) * both;
        double late = misreading * least(idle[q] - 1.0, worst) / worst;
        double failures = 0.0;
        met[q] = 1;
        idle[q] = 0.0;
        for (int end = 0; end < 2; end++) {
            int64_t e = q + end * pairs;
            double kept = reliability[end ? i : j] * given * (1.0 - broken_promises * grievance[e]);
            kept = (kept + (1.0 - kept) * care) * (1.0 - late);
            uint8_t fails = !(unit(luck[(1 + end) * pairs + q]) < kept);
            double well = 1 - fails;
            double badly = negativity * (1.0 - well);
            good[e] += well * (1.0 - recorded);
            good_on_record[e] += well * recorded;
            bad[e] += badly * (1.0 - recorded);
            bad_on_record[e] += badly * recorded;
            failed[e] = fails;
            failures += 1.0 - well;
        }
        conflicts[s] += both * failures;
        meeting[broken] = q;
        broken += failures > 0.0;
    }
    if (broken < pairs)
        meeting[broken] = pairs;
}

static void update(double *restrict trust, const double *restrict good, const double *restrict good_on_record,
                   const double *restrict bad, const double *restrict bad_on_record, const double *restrict betrayal,
                   int64_t count, double prior_good, double prior_bad)
{
    for (int64_t r = 0; r < count; r++) {
        double kept = prior_good + good[r] + good_on_record[r];
        trust[r] = kept / (kept + prior_bad + bad[r] + bad_on_record[r] + betrayal[r]);
    }
}

void trust_update(const struct now *now)
{
    const struct world *w = now->world;
    update(w->trust, w->personal_good, w->institutional_good, w->personal_bad, w->institutional_bad, w->betrayal,
           2 * w->pairs, now->p->trust.prior_good, now->p->trust.prior_bad);
}
