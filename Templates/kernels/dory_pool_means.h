/* SPDX-License-Identifier: Apache-2.0 */
/* Requantized sums of bytes over windows that are one row of pairs, as global averages are: clip((sum *
 * multiplier + offset) >> shift) of four channels at a time, in a loop by hand. */
#ifndef DORY_POOL_MEANS_H
#define DORY_POOL_MEANS_H

#include "dory_pool_words.h"

typedef struct {
  const uint8_t *at; /* the words of the first position */
  int32_t step;      /* bytes from the first to the second position of a pair */
  int32_t next;      /* bytes from there to the next pair; as `step` for an odd number of positions */
  int32_t positions; /* at least 2 */
  uint8_t *output;
  int32_t words, word_step; /* how many, and bytes from one to the next */
  int32_t multiplier, offset, shift;
  int32_t greatest, lowest; /* results are 0...greatest; `lowest`, in each byte, makes codes of them */
} dory_means_t;

#if DORY_SIMD

/* Of an odd number of positions the first one starts the sums; of an even number its bits are masked out.
 * Then two are added in each turn of 8 instructions, and 27 besides make four codes. */
#define DORY_MEANS_BYTE(extract, sum, shift) DORY_P extract " %[" sum "], %[x], 7, " shift "\n"
#define DORY_MEANS_EACH(text)                text("a") text("b") text("c") text("d")
#define DORY_MEANS_SCALE(sum)                "mul %[" sum "], %[" sum "], %[multiplier]\n"
#define DORY_MEANS_SHIFT(sum)                DORY_EITHER("cv.addnr", "p.addNr") " %[" sum "], %[offset], %[shift]\n"
#define DORY_MEANS_CLIP(sum)                 DORY_P "clipur %[" sum "], %[" sum "], %[greatest]\n"
#define DORY_MEANS_PAIR(letters)                                                                             \
  DORY_MOVE_NEXT("lw", "%[x]", "%[at]", "%[step]")                                                           \
  DORY_MOVE_NEXT("lw", "%[y]", "%[at]", "%[next]") DORY_POOL_ADD(letters)
#define DORY_MEANS_BEGIN(extract)                                                                            \
  DORY_MOVE_NEXT("lw", "%[x]", "%[at]", "%[first_step]")                                                     \
  "li %[u], 0\n"                                                                                             \
  "and %[x], %[x], %[mask]\n" DORY_MEANS_EACH_BYTE(extract)
#define DORY_MEANS_EACH_BYTE(extract)                                                                        \
  DORY_MEANS_BYTE(extract, "a", "0")                                                                         \
  DORY_MEANS_BYTE(extract, "b", "8") DORY_MEANS_BYTE(extract, "c", "16") DORY_MEANS_BYTE(extract, "d", "24")
#define DORY_MEANS_END                                                                                       \
  DORY_MEANS_EACH(DORY_MEANS_SCALE)                                                                          \
  DORY_MEANS_EACH(DORY_MEANS_SHIFT)                                                                          \
  DORY_MEANS_EACH(DORY_MEANS_CLIP)                                                                           \
  DORY_V "packlo.b %[a], %[b], %[a]\n" DORY_V "packhi.b %[a], %[d], %[c]\n" DORY_V                           \
         "add.b %[a], %[a], %[lowest]\n"                                                                     \
         "add %[at], %[at], %[back]\n"
#define DORY_MEANS_LOOP(letters, extract)                                                                    \
  DORY_WORDS_BEGIN                                                                                           \
  DORY_LOOP1("%[words]", "35", "2")                                                                          \
  DORY_MEANS_BEGIN(extract)                                                                                  \
  DORY_LOOP0("%[turns]", "8", "1")                                                                           \
  DORY_MEANS_PAIR(letters)                                                                                   \
  DORY_POOL_ADD_LAST(letters)                                                                                \
  DORY_MEANS_END                                                                                             \
  DORY_LOOP_LAST("2")                                                                                        \
  DORY_MOVE_NEXT("sw", "%[a]", "%[to]", "%[word_step]")                                                      \
  DORY_WORDS_END

#define DORY_MEANS(name, letters, extract)                                                                   \
  DORY_SHARED void name(const dory_means_t *means) {                                                         \
    const int32_t turns = means->positions >> 1;                                                             \
    const int32_t is_odd = means->positions & 1;                                                             \
    const int32_t first_step = means->step & -is_odd;                                                        \
    const uint8_t *at = means->at;                                                                           \
    uint8_t *to = means->output;                                                                             \
    int32_t x, y, t, u, a, b, c, d;                                                                          \
    __asm__ volatile(                                                                                        \
        DORY_MEANS_LOOP(letters, extract)                                                                    \
        : [to] "+&r"(to), [at] "+&r"(at), [x] "=&r"(x), [y] "=&r"(y), [t] "=&r"(t), [u] "=&r"(u),            \
          [a] "=&r"(a), [b] "=&r"(b), [c] "=&r"(c), [d] "=&r"(d)                                             \
        : [words] "r"(means->words), [turns] "r"(turns), [step] "r"(means->step), [next] "r"(means->next),   \
          [first_step] "r"(first_step), [word_step] "r"(means->word_step), [mask] "r"(-is_odd),              \
          [back] "r"(means->word_step - first_step - turns * (means->step + means->next)),                   \
          [even] "r"(0x00010001), [odd] "r"(0x01000100), [multiplier] "r"(means->multiplier),                \
          [offset] "r"(means->offset), [shift] "r"(means->shift), [greatest] "r"(means->greatest),           \
          [lowest] "r"(means->lowest)DORY_POOL_SELECTOR                                                      \
        : DORY_OVERWRITTEN);                                                                                 \
  }
DORY_MEANS(dory_means_unsigned, "up", "extractu")
DORY_MEANS(dory_means_signed, "sp", "extract")

#else

#define DORY_MEANS(name, has_signs)                                                                          \
  DORY_SHARED void name(const dory_means_t *means) {                                                         \
    for (int32_t i = 0; i < means->words; i++) {                                                             \
      dory_word_sums_t sums = {{0, 0, 0, 0}};                                                                \
      for (int32_t j = 0; j < means->positions; j++) {                                                       \
        const int32_t offset = j / 2 * (means->step + means->next) + j % 2 * means->step;                    \
        sums = dory_add_single(sums, means->at + i * means->word_step + offset, has_signs);                  \
      }                                                                                                      \
      for (int32_t j = 0; j < 4; j++) {                                                                      \
        const int32_t result = (sums.channel[j] * means->multiplier + means->offset) >> means->shift;        \
        means->output[i * means->word_step + j] =                                                            \
            (uint8_t)(dory_clip_positive(result, means->greatest) + means->lowest);                          \
      }                                                                                                      \
    }                                                                                                        \
  }
DORY_MEANS(dory_means_unsigned, false)
DORY_MEANS(dory_means_signed, true)

#endif

#endif
