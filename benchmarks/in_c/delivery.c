/* A step of src/tfs_sim/model/mechanisms/delivery.py. */
#include "step.h"

static inline int in_one_team(uint64_t code, uint64_t other)
{
    uint64_t differ = code ^ other;
    return ((differ - 0x0001000100010001u) & ~differ & 0x8000800080008000u) != 0;
}

static void weigh_trust(double *restrict team_trust, double *restrict team_pairs, uint32_t *restrict teammates,
                        const int64_t *restrict team, const uint64_t *restrict team_code,
                        const uint32_t *restrict one, const uint32_t *restrict other, const double *restrict trust,
                        const double *restrict alignment, int64_t organizations, int64_t pairs)
{
    int64_t count = 0;
    memset(team_trust, 0, K * organizations * sizeof *team_trust);
    memset(team_pairs, 0, K * organizations * sizeof *team_pairs);
    for (int64_t q = 0; q < pairs; q++) {
        teammates[count] = q;
        count += in_one_team(team_code[one[q]], team_code[other[q]]);
    }
    if (count < pairs)
        teammates[count] = pairs;
    for (int64_t m = 0; m < count; m++) {
        int64_t q = teammates[m], i = one[q], j = other[q];
        double agreed = trust[q] * alignment[q] + trust[q + pairs] * alignment[q];
        for (int k = 0; k < K; k++) {
            int64_t t = team[k * organizations + i];
            int64_t together = (t >= 0) & (t == team[k * organizations + j]);
            int64_t leader = k * organizations + i + (t - i) * together; /* luck: no branch could foresee it */
            double counts = together;
            team_trust[leader] += counts * agreed;
            team_pairs[leader] += counts * 2.0;
        }
    }
}

void delivery_weigh_trust(const struct now *now)
{
    const struct world *w = now->world;
    weigh_trust(w->team_trust, w->team_pairs, w->teammates, w->team, w->team_code, w->one_end, w->other_end, w->trust,
                w->alignment, w->organizations, w->pairs);
}
