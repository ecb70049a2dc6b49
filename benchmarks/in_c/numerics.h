/* Elementary functions of src/tfs_sim/model/numerics.py: the same operations in the same order. */
#ifndef NUMERICS_H
#define NUMERICS_H

#include <stdint.h>
#include <string.h>

#define LANES 8
#define LOG2_E 1.4426950408889634
#define LN2_HIGH 6.93147180369123816490e-01
#define LN2_LOW 1.90821492927058770002e-10
#define LN2 0.6931471805599453
#define ROUND 6755399441055744.0

static inline double least(double a, double b) { return a < b ? a : b; }
static inline double most(double a, double b) { return a > b ? a : b; }
static inline double fused(double a, double b, double c) { return __builtin_fma(a, b, c); }

static inline int64_t bits_of(double x)
{
    int64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double of_bits(int64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline double exp_of(double x)
{
    x = least(most(x, -700.0), 700.0);
    double shifted = fused(x, LOG2_E, ROUND);
    double n = shifted - ROUND;
    double r = fused(n, -LN2_LOW, fused(n, -LN2_HIGH, x));
    double q = 2.5100424157005067e-08;
    q = fused(q, r, 2.7620138719733994e-07);
    q = fused(q, r, 2.7557268378684192e-06);
    q = fused(q, r, 2.480152119021773e-05);
    q = fused(q, r, 1.9841269863105968e-04);
    q = fused(q, r, 1.3888888917281794e-03);
    q = fused(q, r, 8.333333333330051e-03);
    q = fused(q, r, 4.166666666662399e-02);
    q = fused(q, r, 1.6666666666666669e-01);
    q = fused(q, r, 0.5000000000000001);
    q = fused(q * r, r, r);
    double power_of_two = of_bits((int64_t)((uint64_t)(bits_of(shifted) + 1023) << 52));
    return fused(q, power_of_two, power_of_two);
}

static inline double log_of(double x)
{
    x = most(x, 2.2250738585072014e-308);
    int64_t bits = bits_of(x);
    int64_t n = (bits >> 52) - 1023;
    double m = of_bits((bits & 0xFFFFFFFFFFFFF) | ((int64_t)1023 << 52));
    int high = m > 1.4142135623730951;
    m = high ? m * 0.5 : m;
    double k = (double)(high ? n + 1 : n);
    double s = (m - 1.0) / (m + 1.0);
    double z = s * s;
    double p = 1.479819860511658591e-01;
    p = fused(p, z, 1.531383769920937332e-01);
    p = fused(p, z, 1.818357216161805012e-01);
    p = fused(p, z, 2.222219843214978396e-01);
    p = fused(p, z, 2.857142874366239149e-01);
    p = fused(p, z, 3.999999999940941908e-01);
    p = fused(p, z, 6.666666666666735130e-01);
    return fused(k, LN2_HIGH, fused(k, LN2_LOW, fused(p * z, s, 2.0 * s)));
}

static inline double logistic(double x) { return 1.0 / (1.0 + exp_of(-x)); }

static inline double power(double base, double exponent)
{
    double raised = exp_of(exponent * log_of(base)); /* without a branch, so that loops run wide */
    return base > 0.0 ? raised : (exponent == 0.0 ? 1.0 : 0.0);
}

static inline double half_life_factor(double months)
{
    return 0.0 < months && months < 1e300 ? exp_of(-LN2 / months) : 1.0;
}

static inline int64_t whole_vectors(int64_t count, int64_t room)
{
    int64_t filled = (count + LANES - 1) / LANES * LANES;
    return filled < room ? filled : room;
}

#endif
