/* SPDX-License-Identifier: Apache-2.0 */
/* The inner loops of dory_dense, as assembler text: blocks of 1 to 4 pixels by 4 output channels.
 *
 * Registers: a0...a3 to d0...d3 are the sums of pixels a to d; w0...w3, x and y are free for weights, inputs
 * and parameters; w runs through the weights, p through the inputs. A step takes 4 bytes of K: 8 loads and 16
 * dot products for 4 pixels, 24 cycles for 64 products. The pixels' windows lie `next` bytes apart; `back`
 * leads from the last of them to the following 4 bytes of the first.
 */
#ifndef DORY_DENSE_BLOCK_H
#define DORY_DENSE_BLOCK_H

#include "dory_simd.h"

#if DORY_SIMD

#define DORY_WORD(r, p, step) DORY_MOVE_NEXT("lw", "%[" r "]", "%[" p "]", step)

#define DORY_WEIGHTS                                                                                         \
  DORY_WORD("w0", "w", "4") DORY_WORD("w1", "w", "4") DORY_WORD("w2", "w", "4") DORY_WORD("w3", "w", "4")

/* The products of one pixel; the last of a step is marked as a loop's end where `end` is the mark. */
#define DORY_PRODUCT(dot, pixel, channel, input) dot " %[" pixel channel "], %[" input "], %[w" channel "]\n"
#define DORY_PRODUCTS(dot, pixel, input, end)                                                                \
  DORY_PRODUCT(dot, pixel, "0", input)                                                                       \
  DORY_PRODUCT(dot, pixel, "1", input)                                                                       \
  DORY_PRODUCT(dot, pixel, "2", input) end DORY_PRODUCT(dot, pixel, "3", input)

/* One step of 1, 2, 3 or 4 pixels; its instructions. */
#define DORY_STEP1(dot, end) DORY_WORD("x", "p", "%[back]") DORY_WEIGHTS DORY_PRODUCTS(dot, "a", "x", end)
#define DORY_STEP2(dot, end)                                                                                 \
  DORY_WEIGHTS DORY_WORD("x", "p", "%[next]") DORY_WORD("y", "p", "%[back]")                                 \
      DORY_PRODUCTS(dot, "a", "x", "") DORY_PRODUCTS(dot, "b", "y", end)
#define DORY_STEP3(dot, end)                                                                                 \
  DORY_WEIGHTS DORY_WORD("x", "p", "%[next]") DORY_WORD("y", "p", "%[next]")                                 \
      DORY_PRODUCTS(dot, "a", "x", "") DORY_WORD("x", "p", "%[back]") DORY_PRODUCTS(dot, "b", "y", "")       \
          DORY_PRODUCTS(dot, "c", "x", end)
#define DORY_STEP4(dot, end)                                                                                 \
  DORY_WEIGHTS DORY_WORD("x", "p", "%[next]") DORY_WORD("y", "p", "%[next]")                                 \
      DORY_PRODUCTS(dot, "a", "x", "") DORY_WORD("x", "p", "%[next]") DORY_PRODUCTS(dot, "b", "y", "")       \
          DORY_WORD("y", "p", "%[back]") DORY_PRODUCTS(dot, "c", "x", "") DORY_PRODUCTS(dot, "d", "y", end)
#define DORY_STEP1_WORDS "9"
#define DORY_STEP2_WORDS "14"
#define DORY_STEP3_WORDS "19"
#define DORY_STEP4_WORDS "24"

/* The same text for every pixel of a block. */
#define DORY_EACH1(text) text("a")
#define DORY_EACH2(text) text("a") text("b")
#define DORY_EACH3(text) text("a") text("b") text("c")
#define DORY_EACH4(text) text("a") text("b") text("c") text("d")

/* Four words of parameters, and more of them beside, which are read at an offset from w. */
#define DORY_PARAMETER(r, offset) "lw %[" r "], " offset "(%[w])\n"

/* Text on the four sums of pixel p. */
#define DORY_FOUR(p, instruction, last)                                                                      \
  instruction " %[" p "0], %[" p "0], " last("0") "\n" instruction " %[" p "1], %[" p                        \
                                                  "1], " last("1") "\n" instruction " %[" p "2], %[" p       \
                                                                   "2], " last("2") "\n" instruction " %[" p \
                                                                                    "3], %[" p               \
                                                                                    "3], " last("3") "\n"
#define DORY_BY_CHANNEL(c) "%[w" c "]"
#define DORY_TO_U8(c)      "9"
#define DORY_TO_I8(c)      "8"

#define DORY_TEXT_ADD(p)      DORY_FOUR(p, "add", DORY_BY_CHANNEL)
#define DORY_TEXT_MULTIPLY(p) DORY_FOUR(p, "mul", DORY_BY_CHANNEL)
#define DORY_TEXT_HIGH(p)     DORY_FOUR(p, "mulh", DORY_BY_CHANNEL)
#define DORY_TEXT_AT_LEAST(p) DORY_FOUR(p, DORY_P "max", DORY_BY_CHANNEL)
#define DORY_TEXT_AT_MOST(p)  DORY_FOUR(p, DORY_P "min", DORY_BY_CHANNEL)
#define DORY_TEXT_CLIP_U8(p)  DORY_FOUR(p, DORY_P "clipu", DORY_TO_U8)
#define DORY_TEXT_CLIP_I8(p)  DORY_FOUR(p, DORY_P "clip", DORY_TO_I8)

/* Two channels have their shifts in x and y at a time. */
#define DORY_ADD_SHIFT DORY_EITHER("cv.addnr", "p.addNr")
#define DORY_TEXT_SHIFT01(p)                                                                                 \
  DORY_ADD_SHIFT " %[" p "0], %[w0], %[x]\n" DORY_ADD_SHIFT " %[" p "1], %[w1], %[y]\n"
#define DORY_TEXT_SHIFT23(p)                                                                                 \
  DORY_ADD_SHIFT " %[" p "2], %[w2], %[x]\n" DORY_ADD_SHIFT " %[" p "3], %[w3], %[y]\n"
#define DORY_TEXT_LEFT01(p) "sll %[" p "0], %[" p "0], %[x]\nsll %[" p "1], %[" p "1], %[y]\n"
#define DORY_TEXT_LEFT23(p) "sll %[" p "2], %[" p "2], %[x]\nsll %[" p "3], %[" p "3], %[y]\n"

/* The four codes of a pixel as one word, kept between two words of codes. */
#define DORY_TEXT_PACK(p)                                                                                    \
  DORY_V "packlo.b %[" p "0], %[" p "1], %[" p "0]\n" DORY_V "packhi.b %[" p "0], %[" p "3], %[" p "2]\n"
#define DORY_TEXT_WITHIN_U8(p)                                                                               \
  DORY_V "maxu.b %[" p "0], %[" p "0], %[x]\n" DORY_V "minu.b %[" p "0], %[" p "0], %[y]\n"
#define DORY_TEXT_WITHIN_I8(p)                                                                               \
  DORY_V "max.b %[" p "0], %[" p "0], %[x]\n" DORY_V "min.b %[" p "0], %[" p "0], %[y]\n"

/* (sum * multiplier + offset) >> shift; w is at the first of three times four words, and after them in the
 * end, `rest` - 4 bytes further. */
#define DORY_TEXT_RQ32(each, rest) DORY_WEIGHTS each(DORY_TEXT_MULTIPLY) DORY_TEXT_SHIFT(each, rest)
#define DORY_TEXT_SHIFT(each, rest)                                                                          \
  DORY_WEIGHTS DORY_WORD("x", "w", "4") DORY_WORD("y", "w", "4") each(DORY_TEXT_SHIFT01)                     \
      DORY_WORD("x", "w", "4") DORY_WORD("y", "w", rest) each(DORY_TEXT_SHIFT23)

/* What makes codes of sums: the parameters of a group lie at w, which leaves them behind. */
#define DORY_FORM_RQ32(each) DORY_TEXT_RQ32(each, "4")
#define DORY_FORM_RQ32C(each)                                                                                \
  DORY_PARAMETER("w0", "48")                                                                                 \
  DORY_PARAMETER("w1", "52")                                                                                 \
  DORY_PARAMETER("w2", "56")                                                                                 \
  DORY_PARAMETER("w3", "60")                                                                                 \
  each(DORY_TEXT_AT_LEAST) DORY_PARAMETER("w0", "64") DORY_PARAMETER("w1", "68") DORY_PARAMETER("w2", "72")  \
      DORY_PARAMETER("w3", "76") each(DORY_TEXT_AT_MOST) DORY_TEXT_RQ32(each, "36")
#define DORY_FORM_RQH(each)                                                                                  \
  DORY_PARAMETER("x", "48")                                                                                  \
  DORY_PARAMETER("y", "52")                                                                                  \
  DORY_WEIGHTS each(DORY_TEXT_ADD) "srli %[x], %[x], 8\nsrli %[y], %[y], 8\n" each(DORY_TEXT_LEFT01)         \
      DORY_PARAMETER("x", "40") DORY_PARAMETER("y", "44") DORY_WEIGHTS                                       \
      "srli %[x], %[x], 8\nsrli %[y], %[y], 8\n" each(DORY_TEXT_LEFT23) each(DORY_TEXT_HIGH)                 \
          DORY_TEXT_SHIFT(each, "4")

/* Products of 64 bits, shifted by 32 at least: x is the lower word of one, which only makes a carry. For one
 * channel its multiplier is in w0, the two words of its offset in w1 and w2, its shift in w3, of which 5 bits
 * count. */
#define DORY_WIDE_PRODUCT(s)                                                                                 \
  "mul %[x], %[" s "], %[w0]\nmulh %[" s "], %[" s "], %[w0]\nadd %[x], %[x], %[w1]\n"
#define DORY_WIDE_SUM(s)                                                                                     \
  "sltu %[x], %[x], %[w1]\nadd %[" s "], %[" s "], %[w2]\nadd %[" s "], %[" s "], %[x]\nsra %[" s "], %[" s  \
  "], %[w3]\n"
#define DORY_WIDE(s) DORY_WIDE_PRODUCT(s) DORY_WIDE_SUM(s)
/* The same less 2^31 for a negative sum; p is 2^31. */
#define DORY_WIDE_SIGNED(s)                                                                                  \
  "and %[y], %[" s "], %[p]\n" DORY_WIDE_PRODUCT(s) "sltu %[y], %[x], %[y]\nsub %[" s "], %[" s              \
                                                    "], %[y]\n" DORY_WIDE_SUM(s)
#define DORY_TEXT_WIDE0(q)   DORY_WIDE(q "0")
#define DORY_TEXT_WIDE1(q)   DORY_WIDE(q "1")
#define DORY_TEXT_WIDE2(q)   DORY_WIDE(q "2")
#define DORY_TEXT_WIDE3(q)   DORY_WIDE(q "3")
#define DORY_TEXT_SIGNED0(q) DORY_WIDE_SIGNED(q "0")
#define DORY_TEXT_SIGNED1(q) DORY_WIDE_SIGNED(q "1")
#define DORY_TEXT_SIGNED2(q) DORY_WIDE_SIGNED(q "2")
#define DORY_TEXT_SIGNED3(q) DORY_WIDE_SIGNED(q "3")
#define DORY_WIDE_PARAMETERS(a, b, c, d)                                                                     \
  DORY_PARAMETER("w0", a) DORY_PARAMETER("w1", b) DORY_PARAMETER("w2", c) DORY_PARAMETER("w3", d)

/* After the bias w is at the multipliers of the four channels, then come their offsets' words and shifts. */
#define DORY_FORM_RQ64(each)                                                                                 \
  DORY_WEIGHTS each(DORY_TEXT_ADD) DORY_WIDE_PARAMETERS("0", "16", "32", "48") each(DORY_TEXT_WIDE0)         \
      DORY_WIDE_PARAMETERS("4", "20", "36", "52") each(DORY_TEXT_WIDE1)                                      \
          DORY_WIDE_PARAMETERS("8", "24", "40", "56") each(DORY_TEXT_WIDE2)                                  \
              DORY_WIDE_PARAMETERS("12", "28", "44", "60") each(DORY_TEXT_WIDE3) "addi %[w], %[w], 64\n"
#define DORY_FORM_RQ64S(each)                                                                                \
  "lui %[p], 0x80000\n" DORY_WEIGHTS each(DORY_TEXT_ADD) DORY_WIDE_PARAMETERS("0", "16", "32", "48")         \
      each(DORY_TEXT_SIGNED0) DORY_WIDE_PARAMETERS("4", "20", "36", "52") each(DORY_TEXT_SIGNED1)            \
          DORY_WIDE_PARAMETERS("8", "24", "40", "56") each(DORY_TEXT_SIGNED2)                                \
              DORY_WIDE_PARAMETERS("12", "28", "44", "60") each(DORY_TEXT_SIGNED3) "addi %[w], %[w], 64\n"

/* How codes are limited. */
#define DORY_FORM_NONE(each)
#define DORY_LIMIT_NONE(each)
#define DORY_LIMIT_U8(each) each(DORY_TEXT_CLIP_U8)
#define DORY_LIMIT_I8(each) each(DORY_TEXT_CLIP_I8)
#define DORY_PACK_NONE(each)
#define DORY_PACK_ALL(each)            each(DORY_TEXT_PACK)
#define DORY_PACK_WITHIN_U8(each)      DORY_PACK_WITHIN(each, DORY_TEXT_WITHIN_U8)
#define DORY_PACK_WITHIN_I8(each)      DORY_PACK_WITHIN(each, DORY_TEXT_WITHIN_I8)
#define DORY_PACK_WITHIN(each, within) "lw %[x], %[low]\nlw %[y], %[high]\n" each(DORY_TEXT_PACK) each(within)

/* Stores one word a pixel; `aside` leads from the last pixel to the next group of the first one. */
#define DORY_STORE(p, step) DORY_MOVE_NEXT("sw", "%[" p "0]", "%[o]", step)
#define DORY_OUTPUT1(end)   end DORY_STORE("a", "4")
#define DORY_OUTPUT2(end)                                                                                    \
  "lw %[x], %[beside]\nlw %[y], %[aside]\n" DORY_STORE("a", "%[x]") end DORY_STORE("b", "%[y]")
#define DORY_OUTPUT3(end)                                                                                    \
  "lw %[x], %[beside]\nlw %[y], %[aside]\n" DORY_STORE("a", "%[x]") DORY_STORE("b", "%[x]")                  \
      end DORY_STORE("c", "%[y]")
#define DORY_OUTPUT4(end)                                                                                    \
  "lw %[x], %[beside]\nlw %[y], %[aside]\n" DORY_STORE("a", "%[x]") DORY_STORE("b", "%[x]")                  \
      DORY_STORE("c", "%[x]") end DORY_STORE("d", "%[y]")

/* Instructions of these texts in a block of n pixels. */
#define DORY_FORM_RQ64_WORDS(n)      "(21 + 32 * " n ")"
#define DORY_FORM_RQ64S_WORDS(n)     "(22 + 44 * " n ")"
#define DORY_FORM_RQ32_WORDS(n)      "(12 + 8 * " n ")"
#define DORY_FORM_RQ32C_WORDS(n)     "(20 + 16 * " n ")"
#define DORY_FORM_RQH_WORDS(n)       "(24 + 16 * " n ")"
#define DORY_FORM_NONE_WORDS(n)      "0"
#define DORY_LIMIT_NONE_WORDS(n)     "0"
#define DORY_LIMIT_U8_WORDS(n)       "(4 * " n ")"
#define DORY_LIMIT_I8_WORDS(n)       "(4 * " n ")"
#define DORY_PACK_NONE_WORDS(n)      "0"
#define DORY_PACK_ALL_WORDS(n)       "(2 * " n ")"
#define DORY_PACK_WITHIN_U8_WORDS(n) "(2 + 4 * " n ")"
#define DORY_PACK_WITHIN_I8_WORDS(n) "(2 + 4 * " n ")"
#define DORY_OUTPUT1_WORDS           "1"
#define DORY_OUTPUT2_WORDS           "4"
#define DORY_OUTPUT3_WORDS           "5"
#define DORY_OUTPUT4_WORDS           "6"

/* The sums of a block as they are, [pixel][channel]. */
#define DORY_STORE_SUM(p, c) DORY_MOVE_NEXT("sw", "%[" p c "]", "%[o]", "4")
#define DORY_SUMS(p, end)                                                                                    \
  DORY_STORE_SUM(p, "0") DORY_STORE_SUM(p, "1") DORY_STORE_SUM(p, "2") end DORY_STORE_SUM(p, "3")
#define DORY_SUMS1(end)  DORY_SUMS("a", end)
#define DORY_SUMS2(end)  DORY_SUMS("a", "") DORY_SUMS("b", end)
#define DORY_SUMS3(end)  DORY_SUMS("a", "") DORY_SUMS("b", "") DORY_SUMS("c", end)
#define DORY_SUMS4(end)  DORY_SUMS("a", "") DORY_SUMS("b", "") DORY_SUMS("c", "") DORY_SUMS("d", end)
#define DORY_SUMS1_WORDS "4"
#define DORY_SUMS2_WORDS "8"
#define DORY_SUMS3_WORDS "12"
#define DORY_SUMS4_WORDS "16"

/* From a block of four pixels to the next one of its run; others stand alone. */
#define DORY_ALONG1(move_end)
#define DORY_ALONG2(move_end)
#define DORY_ALONG3(move_end)
#define DORY_ALONG4(move_end)                                                                                \
  "lw %[x], %[first]\nlw %[y], %[ahead]\nlw %[w0], %[skip]\n" move_end                                       \
  "add %[x], %[x], %[y]\nlw %[y], %[last]\nsw %[x], %[first]\nlw %[w], %[group0]\n"                          \
  "add %[o], %[o], %[w0]\nbne %[x], %[y], 8b\n"
#define DORY_MOVE_END "lw %[w1], %[end]\nlw %[w2], %[across]\nadd %[w1], %[w1], %[w2]\nsw %[w1], %[end]\n"

/* All channel groups of a block whose windows are one segment of at least two steps: a loop of groups around
 * the loop of steps, of which the first one is apart, since it starts the sums. */
#define DORY_BLOCK_WHOLE(n, dot, form, limit, pack, output)                                                  \
  DORY_WORDS_BEGIN                                                                                           \
  "8:\nlw %[x], %[groups]\n" DORY_LOOP1(                                                                     \
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
  "8:\n2:\nlw %[p], %[first]\nlw %[t], %[gaps]\n" DORY_STEP##n(                                                                                                      \
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
  DORY_WEIGHTS DORY_PRODUCTS(dot, "a", "x", "") DORY_SECOND_WEIGHTS DORY_PRODUCTS(dot, "b", "x", end)
#define DORY_STEP_PAIR_WORDS "17"
#define DORY_ONLY_A(text)    text("a")
#define DORY_ONLY_B(text)    text("b")
#define DORY_BLOCK_PAIRS(dot, form, limit, pack)                                                             \
  DORY_WORDS_BEGIN                                                                                           \
  "lw %[x], %[pairs]\n" DORY_LOOP1(                                                                          \
      "%[x]",                                                                                                \
      "(6 + 2 * " DORY_STEP_PAIR_WORDS                                                                       \
      " + 2 * (" form##_WORDS("1") " + " limit##_WORDS("1") " + " pack##_WORDS("1") "))",                    \
      "2") "lw %[p], %[first]\nadd %[v], %[w], %[group]\n" DORY_STEP_PAIR(DORY_V dot, "")                    \
      DORY_LOOP0("%[rest]", DORY_STEP_PAIR_WORDS, "1") DORY_STEP_PAIR(DORY_V "s" dot, DORY_LOOP_LAST("1"))   \
          form(DORY_ONLY_A) limit(DORY_ONLY_A) pack(DORY_ONLY_A) "mv %[w], %[v]\n" form(DORY_ONLY_B)         \
              limit(DORY_ONLY_B) pack(DORY_ONLY_B) DORY_STORE("a", "4") DORY_LOOP_LAST("2")                  \
                  DORY_STORE("b", "4") DORY_WORDS_END

#endif
#endif
