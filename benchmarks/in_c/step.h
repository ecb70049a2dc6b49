/* What every step is given. */
#ifndef STEP_H
#define STEP_H

#include "declared.h" /* made of what the model declares: its arrays, parameters, switches and streams */
#include "draws.h"
#include "numerics.h"

struct now {
    const struct world *world;
    const struct parameters *p;
    const struct switches *on;
    uint64_t key;
    int64_t month;
};

#endif
