/* SPDX-License-Identifier: Apache-2.0 */
/* The inner loops of dory_dense, as assembler text: blocks of 1 to 4 pixels by 4 output channels.
 *
 * Registers: every pixel has four for its sums; w0...w3, x and y are free for weights, inputs and parameters;
 * w runs through the weights, p through the inputs. A step takes 4 bytes of K: 8 loads and 16 dot products
 * for 4 pixels, 24 cycles for 64 products. The pixels' windows lie `next` bytes apart; `back` leads from the
 * last of them to the following 4 bytes of the first.
 */
#ifndef DORY_DENSE_BLOCK_H
#define DORY_DENSE_BLOCK_H

#include "dory_dense_forms.h"

#if DORY_SIMD

/* The products of one pixel; the last of a step is marked as a loop's end where `end` is the mark. */
#define DORY_PRODUCT(dot, pixel, channel, input) dot " " pixel channel ", %[" input "], %[w" channel "]\n"
#define DORY_PRODUCTS(dot, pixel, input, end)                                                                \
  DORY_PRODUCT(dot, pixel, "0", input)                                                                       \
  DORY_PRODUCT(dot, pixel, "1", input)                                                                       \
  DORY_PRODUCT(dot, pixel, "2", input) end DORY_PRODUCT(dot, pixel, "3", input)

/* One step of 1, 2, 3 or 4 pixels; its instructions. */
#define DORY_STEP1(dot, end)                                                                                 \
  DORY_WORD("x", "p", "%[back]") DORY_WEIGHTS DORY_PRODUCTS(dot, DORY_PIXEL_A, "x", end)
#define DORY_STEP2(dot, end)                                                                                 \
  DORY_WEIGHTS DORY_WORD("x", "p", "%[next]") DORY_WORD("y", "p", "%[back]")                                 \
      DORY_PRODUCTS(dot, DORY_PIXEL_A, "x", "") DORY_PRODUCTS(dot, DORY_PIXEL_B, "y", end)
#define DORY_STEP3(dot, end)                                                                                 \
  DORY_WEIGHTS DORY_WORD("x", "p", "%[next]") DORY_WORD("y", "p", "%[next]")                                 \
      DORY_PRODUCTS(dot, DORY_PIXEL_A, "x", "") DORY_WORD("x", "p", "%[back]")                               \
          DORY_PRODUCTS(dot, DORY_PIXEL_B, "y", "") DORY_PRODUCTS(dot, DORY_PIXEL_C, "x", end)
#define DORY_STEP4(dot, end)                                                                                 \
  DORY_WEIGHTS DORY_WORD("x", "p", "%[next]") DORY_WORD("y", "p", "%[next]")                                 \
      DORY_PRODUCTS(dot, DORY_PIXEL_A, "x", "") DORY_WORD("x", "p", "%[next]")                               \
          DORY_PRODUCTS(dot, DORY_PIXEL_B, "y", "") DORY_WORD("y", "p", "%[back]")                           \
              DORY_PRODUCTS(dot, DORY_PIXEL_C, "x", "") DORY_PRODUCTS(dot, DORY_PIXEL_D, "y", end)
#define DORY_STEP1_WORDS "9"
#define DORY_STEP2_WORDS "14"
#define DORY_STEP3_WORDS "19"
#define DORY_STEP4_WORDS "24"

/* From a block of four pixels to the next one of its run; others stand alone. */
#define DORY_ALONG1(move_end)
#define DORY_ALONG2(move_end)
#define DORY_ALONG3(move_end)
#define DORY_ALONG4(move_end)                                                                                \
  "lw %[x], %[first]\nlw %[y], %[ahead]\nlw %[w0], %[skip]\n" move_end                                       \
  "add %[x], %[x], %[y]\nlw %[y], %[last]\nsw %[x], %[first]\nadd %[o], %[o], %[w0]\nbne %[x], %[y], 8b\n"
#define DORY_MOVE_END "lw %[w1], %[end]\nlw %[w2], %[across]\nadd %[w1], %[w1], %[w2]\nsw %[w1], %[end]\n"

/* All channel groups of a block whose windows are one segment of at least two steps: a loop of groups around
 * the loop of steps, of which the first one is apart, since it starts the sums. */
#define DORY_BLOCK_WHOLE(n, dot, form, limit, pack, output)                                                  \
  DORY_WORDS_BEGIN                                                                                           \
  "8:\nlw %[x], %[groups]\nlw %[w], %[group0]\n" DORY_LOOP1(                                                 \
      "%[x]",                                                                                                \
      "(2 + 2 * " DORY_STEP##n##_WORDS                                                                       \
      " + " form##_WORDS(#n) " + " limit##_WORDS(#n) " + " pack##_WORDS(#n) " + " output##n##_WORDS ")",     \
      "2") "lw %[p], %[first]\n" DORY_STEP##n(DORY_V dot, "")                                                \
      DORY_LOOP0("%[rest]", DORY_STEP##n##_WORDS, "1") DORY_STEP##n(DORY_V "s" dot, DORY_LOOP_LAST("1"))     \
          form(DORY_EACH##n) limit(DORY_EACH##n) pack(DORY_EACH##n) output##n(DORY_LOOP_LAST("2"))           \
              DORY_ALONG##n("") DORY_WORDS_END

/* The same for windows of several segments, or of a single step: t runs through the gaps between segments. */
#define DORY_BLOCK_SEGMENTS(n, dot, form, limit, pack, output)                                                                                                       \
  DORY_WORDS_BEGIN                                                                                                                                                   \
  "8:\nlw %[w], %[group0]\n2:\nlw %[p], %[first]\nlw %[t], %[gaps]\n" DORY_STEP##n(                                                                                  \
      DORY_V dot,                                                                                                                                                    \
      "") "lw %[x], %[rest]\n"                                                                                                                                       \
          "beqz %[x], 3f\n" DORY_LOOP0("%[x]", DORY_STEP##n##_WORDS, "1")                                                                                            \
              DORY_STEP##n(DORY_V "s" dot, DORY_LOOP_LAST("1")) "3:\nlw %[w0], %[more]\n" DORY_WORD("y", "t", "4") "lw %[x], %[steps]\nbeqz %[w0], 4f\n" DORY_LOOP1( \
                  "%[w0]", "(4 + " DORY_STEP##n##_WORDS ")",                                                                                                         \
                  "5") "add %[p], %[p], %[y]\n" DORY_LOOP0("%[x]", DORY_STEP##n##_WORDS, "1")                                                                        \
                  DORY_STEP##n(DORY_V "s" dot, DORY_LOOP_LAST("1")) DORY_WORD("y", "t", "4")                                                                         \
                      DORY_LOOP_LAST("5") "lw %[x], %[steps]\n4:\n" form(DORY_EACH##n) limit(DORY_EACH##n)                                                           \
                          pack(DORY_EACH##n) "lw %[w0], %[end]\n" output##n(                                                                                         \
                              "") "bltu %[o], %[w0], 2b\n" DORY_ALONG##n(DORY_MOVE_END) DORY_WORDS_END

/* One pixel with two groups at a time: an input word serves eight channels. v runs through the weights of the
 * second group, whose sums are those of a pixel b. */
#define DORY_SECOND_WEIGHTS                                                                                  \
  DORY_WORD("w0", "v", "4") DORY_WORD("w1", "v", "4") DORY_WORD("w2", "v", "4") DORY_WORD("w3", "v", "4")
#define DORY_STEP_PAIR(dot, end)                                                                             \
  DORY_WORD("x", "p", "4")                                                                                   \
  DORY_WEIGHTS DORY_PRODUCTS(dot, DORY_PIXEL_A, "x", "") DORY_SECOND_WEIGHTS DORY_PRODUCTS(                  \
      dot, DORY_PIXEL_B, "x", end)
#define DORY_STEP_PAIR_WORDS "17"
#define DORY_ONLY_A(text)    text(DORY_PIXEL_A)
#define DORY_ONLY_B(text)    text(DORY_PIXEL_B)
#define DORY_BLOCK_PAIRS(dot, form, limit, pack)                                                             \
  DORY_WORDS_BEGIN                                                                                           \
  DORY_LOOP1("%[pairs]",                                                                                     \
             "(6 + 2 * " DORY_STEP_PAIR_WORDS                                                                \
             " + 2 * (" form##_WORDS("1") " + " limit##_WORDS("1") " + " pack##_WORDS("1") "))",             \
             "2")                                                                                            \
  "mv %[p], %[first]\nadd %[v], %[w], %[group]\n" DORY_STEP_PAIR(DORY_V dot, "")                             \
      DORY_LOOP0("%[rest]", DORY_STEP_PAIR_WORDS, "1") DORY_STEP_PAIR(DORY_V "s" dot, DORY_LOOP_LAST("1"))   \
          form(DORY_ONLY_A) limit(DORY_ONLY_A) pack(DORY_ONLY_A) "mv %[w], %[v]\n" form(DORY_ONLY_B)         \
              limit(DORY_ONLY_B) pack(DORY_ONLY_B) DORY_STORE(DORY_PIXEL_A, "4") DORY_LOOP_LAST("2")         \
                  DORY_STORE(DORY_PIXEL_B, "4") DORY_WORDS_END

#endif
#endif
