/* src/tfs_sim/model/payoff.py: what taking part is worth at each level of effort. */
#ifndef PAYOFF_H
#define PAYOFF_H

#include "step.h"

#define WEAKEST_LINK -50.0
#define GEOMETRIC 1e-6
#define NOBODY_GIVES 1e300

enum { SCALE, LINEAR, MONEY, REST, SEEN, SIZE, EVEN, STAFF, BEST };

void weigh_levels(const struct now *now, int64_t s);
void weigh(const struct now *now, int64_t s, int64_t begin, int64_t stop, double burden);
int64_t reckon(const struct now *now, int64_t s, int64_t *restrict who, int64_t count);

#endif
