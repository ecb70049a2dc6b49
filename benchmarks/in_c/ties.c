/* Steps of src/tfs_sim/model/mechanisms/ties.py. */
#include "step.h"

/* Open a tie that is closed, or close one that is open: for the pair, and in either end's list and bits. */
static void set_tie(int64_t r, const struct world *w)
{
    const uint32_t *restrict target = w->target;
    uint8_t open = w->is_open[w->pair[r]] ^= 1;
    uint32_t there = target[r], back = target[w->reverse[r]];
    for (int end = 0; end < 2; end++) {
        uint32_t me = end ? there : back, other = end ? back : there, mine = end ? w->reverse[r] : (uint32_t)r;
        uint32_t bit = w->local_index[other];
        w->neighbours[(bit >> 6) * w->organizations + me] ^= (uint64_t)1 << (bit & 63);
        int64_t m = w->first_relationship[me], last = w->end_of_ties[me];
        while (m < last && target[w->ties[m]] < other)
            m++;
        uint32_t *place = w->ties + m;
        if (open)
            memmove(place + 1, place, (last - m) * sizeof *place), *place = mine;
        else
            memmove(place, place + 1, (last - 1 - m) * sizeof *place);
        w->end_of_ties[me] = open ? last + 1 : last - 1;
    }
}

static void choose_referrers(int64_t *restrict referrer, const uint32_t *restrict luck,
                             const int64_t *restrict first_relationship, const uint32_t *restrict relationships,
                             const uint8_t *restrict is_open, const uint32_t *restrict pair,
                             const uint8_t *restrict role, const uint32_t *restrict target, int64_t organizations)
{
    for (int64_t i = 0; i < organizations; i++) {
        int64_t first = first_relationship[i], end = first_relationship[i + 1];
        referrer[i] = -1;
        if (first < end) {
            int64_t place = first + (int64_t)(unit(luck[i]) * (double)(end - first));
            int64_t r = relationships[place < end ? place : end - 1];
            int64_t serves = is_open[pair[r]] & (role[target[r]] != BACKBONE);
            referrer[i] = serves * (r + 1) - 1; /* luck: no branch could foresee it */
        }
    }
}

void ties_choose_referrers(const struct now *now)
{
    const struct world *w = now->world;
    fill(w->organization_luck, now->key, TIES_REFERRER_STREAM, now->month, w->organization_id, w->organizations, 0);
    choose_referrers(w->referrer, w->organization_luck, w->first_relationship, w->relationships, w->is_open, w->pair,
                     w->role, w->target, w->organizations);
}

void ties_refer(const struct now *now)
{
    const struct world *w = now->world;
    int64_t n = w->organizations;
    double referral = now->p->ties.referral;
    for (int64_t i = 0; i < n; i++) {
        int64_t via = w->referrer[i];
        if (via < 0 || !w->in_post[i])
            continue;
        uint32_t third = w->target[via], s = w->site_of[i];
        int64_t first = w->first_organization[s], place = w->first_relationship[i];
        double chance = referral * w->trust[via] * w->contact_factor[s];
        for (int64_t word = 0; word < w->words; word++) {
            uint64_t possible = w->candidates[word * n + i];
            uint64_t shared = w->neighbours[word * n + third] & possible & ~w->neighbours[word * n + i];
            while (shared) {
                uint64_t bit = shared & -shared;
                shared ^= bit;
                int64_t other = first + 64 * word + __builtin_ctzll(bit);
                uint64_t asked = mix(w->organization_id[i], w->organization_id[other]);
                if (w->in_post[other] && uniform(now->key, TIES_REFERRAL_STREAM, now->month, asked) < chance) {
                    int64_t r = w->relationships[place + __builtin_popcountll(possible & (bit - 1))];
                    set_tie(r, w);
                    w->idle[w->pair[r]] = 0.0;
                }
            }
            place += __builtin_popcountll(possible);
        }
    }
}
