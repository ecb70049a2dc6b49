/* Draws of src/tfs_sim/model/draws.py: Philox4x32-10, keyed by what the draw is for. */
#ifndef DRAWS_H
#define DRAWS_H

#include <stdint.h>

struct words {
    uint32_t first, second, third, fourth;
};

static inline struct words words_for(uint64_t key, uint32_t stream, uint32_t month, uint64_t entity, uint32_t block)
{
    uint32_t c0 = (uint32_t)entity, c1 = (uint32_t)(entity >> 32), c2 = (month & 0xFFFFF) | (block << 20), c3 = stream;
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return (struct words){c0, c1, c2, c3};
}

static inline double unit(uint32_t word) { return ((double)word + 0.5) * (1.0 / 4294967296.0); }

static inline double uniform(uint64_t key, uint32_t stream, uint32_t month, uint64_t entity)
{
    return unit(words_for(key, stream, month, entity, 0).first);
}

static inline uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t z = a + 0x9E3779B97F4A7C15u * (b + 1);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* As `words_for`, in the wider type that lets a loop over entities run wide. */
static inline void fill_one_by_one(uint32_t *restrict first, uint32_t *restrict second, uint32_t *restrict third,
                                   uint32_t *restrict fourth, uint64_t key, uint32_t stream, uint32_t month,
                                   const uint64_t *restrict entities, int64_t count, uint32_t block)
{
    for (int64_t n = 0; n < count; n++) {
        uint64_t c0 = (uint32_t)entities[n], c1 = entities[n] >> 32, c2 = (month & 0xFFFFF) | (block << 20), c3 = stream;
        uint64_t k0 = (uint32_t)key, k1 = key >> 32;
        for (int round = 0; round < 10; round++) {
            uint64_t p0 = c0 * 0xD2511F53u, p1 = c2 * 0xCD9E8D57u;
            c0 = (p1 >> 32) ^ c1 ^ k0;
            c1 = (uint32_t)p1;
            c2 = (p0 >> 32) ^ c3 ^ k1;
            c3 = (uint32_t)p0;
            k0 = (uint32_t)(k0 + 0x9E3779B9u);
            k1 = (uint32_t)(k1 + 0xBB67AE85u);
        }
        first[n] = c0;
        second[n] = c1;
        third[n] = c2;
        fourth[n] = c3;
    }
}

#ifdef __AVX512F__
#include <immintrin.h>

typedef uint64_t eight __attribute__((vector_size(64), aligned(8)));
typedef uint32_t eight_words __attribute__((vector_size(32), aligned(4)));

static inline eight product(eight a, eight b) { return (eight)_mm512_mul_epu32((__m512i)a, (__m512i)b); }

/* Eight at once: the compiler does not find this multiplication by itself. The last eight may overlap those before. */
static inline void fill(uint32_t *restrict luck, uint64_t key, uint32_t stream, uint32_t month,
                        const uint64_t *restrict entities, int64_t count, uint32_t block)
{
    const eight zero = {0}, low = zero + 0xFFFFFFFFu, m0 = zero + 0xD2511F53u, m1 = zero + 0xCD9E8D57u;
    if (count < 8) {
        fill_one_by_one(luck, luck + count, luck + 2 * count, luck + 3 * count, key, stream, month, entities, count,
                        block);
        return;
    }
    for (int64_t n = 0; n < count; n += 8) {
        int64_t at = n + 8 > count ? count - 8 : n;
        eight entity = *(const eight *)(entities + at);
        eight c0 = entity & low, c1 = entity >> 32, c2 = zero + ((month & 0xFFFFF) | (block << 20)), c3 = zero + stream;
        uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
        for (int round = 0; round < 10; round++) {
            eight p0 = product(c0, m0), p1 = product(c2, m1);
            c0 = (p1 >> 32) ^ c1 ^ k0;
            c1 = p1 & low;
            c2 = (p0 >> 32) ^ c3 ^ k1;
            c3 = p0 & low;
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        *(eight_words *)(luck + at) = __builtin_convertvector(c0, eight_words);
        *(eight_words *)(luck + count + at) = __builtin_convertvector(c1, eight_words);
        *(eight_words *)(luck + 2 * count + at) = __builtin_convertvector(c2, eight_words);
        *(eight_words *)(luck + 3 * count + at) = __builtin_convertvector(c3, eight_words);
    }
}
#else
/* Draw four words for each of `count` entities into the four rows of `luck`. */
static inline void fill(uint32_t *restrict luck, uint64_t key, uint32_t stream, uint32_t month,
                        const uint64_t *restrict entities, int64_t count, uint32_t block)
{
    fill_one_by_one(luck, luck + count, luck + 2 * count, luck + 3 * count, key, stream, month, entities, count, block);
}
#endif

#endif
