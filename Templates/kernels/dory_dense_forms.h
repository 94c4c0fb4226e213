/* SPDX-License-Identifier: Apache-2.0 */
/* From sums to codes in the inner loops of dory_dense, as assembler text: the forms of requantization, how
 * their codes are limited, and how they are stored.
 *
 * Registers: every pixel has four for its sums, which become codes; w0...w3, x and y are free for parameters,
 * which lie at w. Every form leaves them behind.
 */
#ifndef DORY_DENSE_FORMS_H
#define DORY_DENSE_FORMS_H

#include "dory_simd.h"

#if DORY_SIMD

#define DORY_WORD(r, p, step) DORY_MOVE_NEXT("lw", "%[" r "]", "%[" p "]", step)
#define DORY_WEIGHTS                                                                                         \
  DORY_WORD("w0", "w", "4") DORY_WORD("w1", "w", "4") DORY_WORD("w2", "w", "4") DORY_WORD("w3", "w", "4")

/* Pixels of a block, each by its registers less the channel, 0...3, at the end of their names; d has s4...s7.
 * These are named, for GCC takes no more than 30 operands. */
#define DORY_PIXEL_A  "a"
#define DORY_PIXEL_B  "t"
#define DORY_PIXEL_C  "s"
#define DORY_PIXEL_D  "x2"
#define DORY_SUMS_OF1 "a0", "a1", "a2", "a3"
#define DORY_SUMS_OF2 DORY_SUMS_OF1, "t0", "t1", "t2", "t3"
#define DORY_SUMS_OF3 DORY_SUMS_OF2, "s0", "s1", "s2", "s3"
#define DORY_SUMS_OF4 DORY_SUMS_OF3, "s4", "s5", "s6", "s7"

/* The same text for every pixel of a block. */
#define DORY_EACH1(text) text(DORY_PIXEL_A)
#define DORY_EACH2(text) DORY_EACH1(text) text(DORY_PIXEL_B)
#define DORY_EACH3(text) DORY_EACH2(text) text(DORY_PIXEL_C)
#define DORY_EACH4(text) DORY_EACH3(text) text(DORY_PIXEL_D)

/* Four words of parameters, and more of them beside, which are read at an offset from w. */
#define DORY_PARAMETER(r, offset) "lw %[" r "], " offset "(%[w])\n"
#define DORY_FOUR_PARAMETERS(a, b, c, d)                                                                     \
  DORY_PARAMETER("w0", a) DORY_PARAMETER("w1", b) DORY_PARAMETER("w2", c) DORY_PARAMETER("w3", d)

/* Text on the four sums of pixel p. */
#define DORY_UPON(instruction, s, last) instruction " " s ", " s ", " last "\n"
#define DORY_FOUR(p, instruction, last)                                                                      \
  DORY_UPON(instruction, p "0", last("0"))                                                                   \
  DORY_UPON(instruction, p "1", last("1"))                                                                   \
  DORY_UPON(instruction, p "2", last("2"))                                                                   \
  DORY_UPON(instruction, p "3", last("3"))
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
#define DORY_ADD_SHIFT       DORY_EITHER("cv.addnr", "p.addNr")
#define DORY_TEXT_SHIFT01(p) DORY_ADD_SHIFT " " p "0, %[w0], %[x]\n" DORY_ADD_SHIFT " " p "1, %[w1], %[y]\n"
#define DORY_TEXT_SHIFT23(p) DORY_ADD_SHIFT " " p "2, %[w2], %[x]\n" DORY_ADD_SHIFT " " p "3, %[w3], %[y]\n"
#define DORY_TEXT_LEFT01(p)  "sll " p "0, " p "0, %[x]\nsll " p "1, " p "1, %[y]\n"
#define DORY_TEXT_LEFT23(p)  "sll " p "2, " p "2, %[x]\nsll " p "3, " p "3, %[y]\n"

/* The four codes of a pixel as one word, kept between two words of codes. */
#define DORY_TEXT_PACK(p)                                                                                    \
  DORY_V "packlo.b " p "0, " p "1, " p "0\n" DORY_V "packhi.b " p "0, " p "3, " p "2\n"
#define DORY_TEXT_WITHIN_U8(p) DORY_V "maxu.b " p "0, " p "0, %[x]\n" DORY_V "minu.b " p "0, " p "0, %[y]\n"
#define DORY_TEXT_WITHIN_I8(p) DORY_V "max.b " p "0, " p "0, %[x]\n" DORY_V "min.b " p "0, " p "0, %[y]\n"

/* (sum * multiplier + offset) >> shift; w is at the first of three times four words, and after them in the
 * end, `rest` - 4 bytes further. */
#define DORY_TEXT_RQ32(each, rest) DORY_WEIGHTS each(DORY_TEXT_MULTIPLY) DORY_TEXT_SHIFT(each, rest)
#define DORY_TEXT_SHIFT(each, rest)                                                                          \
  DORY_WEIGHTS DORY_WORD("x", "w", "4") DORY_WORD("y", "w", "4") each(DORY_TEXT_SHIFT01)                     \
      DORY_WORD("x", "w", "4") DORY_WORD("y", "w", rest) each(DORY_TEXT_SHIFT23)

/* What makes codes of sums: the parameters of a group lie at w, which leaves them behind. */
#define DORY_FORM_RQ32(each) DORY_TEXT_RQ32(each, "4")
#define DORY_FORM_RQ32C(each)                                                                                \
  DORY_FOUR_PARAMETERS("48", "52", "56", "60")                                                               \
  each(DORY_TEXT_AT_LEAST) DORY_FOUR_PARAMETERS("64", "68", "72", "76") each(DORY_TEXT_AT_MOST)              \
      DORY_TEXT_RQ32(each, "36")
/* The offsets, which are in w0 to w3, contain the shifts; one unused word is left behind. */
#define DORY_TEXT_PACKED(p)                                                                                  \
  DORY_ADD_SHIFT " " p "0, %[w0], %[w0]\n" DORY_ADD_SHIFT " " p "1, %[w1], %[w1]\n" DORY_ADD_SHIFT " " p     \
                 "2, %[w2], %[w2]\n" DORY_ADD_SHIFT " " p "3, %[w3], %[w3]\n"
#define DORY_FORM_RQ32P(each)                                                                                \
  DORY_WEIGHTS each(DORY_TEXT_MULTIPLY) DORY_WORD("w0", "w", "4") DORY_WORD("w1", "w", "4")                  \
      DORY_WORD("w2", "w", "4") DORY_WORD("w3", "w", "20") each(DORY_TEXT_PACKED)

/* The limits, which are in w0 to w3, contain the shifts; two unused words are left behind. */
#define DORY_TEXT_LIMIT(p)      DORY_FOUR(p, DORY_P "clipr", DORY_BY_CHANNEL)
#define DORY_TEXT_MULTIPLY01(p) "mul " p "0, " p "0, %[x]\nmul " p "1, " p "1, %[y]\n"
#define DORY_TEXT_MULTIPLY23(p) "mul " p "2, " p "2, %[x]\nmul " p "3, " p "3, %[y]\n"
#define DORY_TEXT_BELOW01(p)    DORY_ADD_SHIFT " " p "0, %[x], %[w0]\n" DORY_ADD_SHIFT " " p "1, %[y], %[w1]\n"
#define DORY_TEXT_BELOW23(p)    DORY_ADD_SHIFT " " p "2, %[x], %[w2]\n" DORY_ADD_SHIFT " " p "3, %[y], %[w3]\n"
#define DORY_FORM_RQ32L(each)                                                                                \
  DORY_FOUR_PARAMETERS("32", "36", "40", "44")                                                               \
  each(DORY_TEXT_LIMIT) DORY_WORD("x", "w", "4") DORY_WORD("y", "w", "4") each(DORY_TEXT_MULTIPLY01)         \
      DORY_WORD("x", "w", "4") DORY_WORD("y", "w", "4") each(DORY_TEXT_MULTIPLY23) DORY_WORD("x", "w", "4")  \
          DORY_WORD("y", "w", "4") each(DORY_TEXT_BELOW01) DORY_WORD("x", "w", "4")                          \
              DORY_WORD("y", "w", "52") each(DORY_TEXT_BELOW23)

/* Two products: for one channel the first one's multiplier and offset are in w0 and w1, the other's in w2 and
 * w3; the offsets contain the shifts. */
#define DORY_DOUBLE(s, clip)                                                                                 \
  "mul %[x], " s ", %[w0]\n" DORY_ADD_SHIFT " %[x], %[w1], %[w1]\n" DORY_P "mac %[x], " s                    \
  ", %[w2]\n" DORY_ADD_SHIFT " %[x], %[w3], %[w3]\n" DORY_P clip " " s ", %[x], "
#define DORY_DOUBLE_U8(s)       DORY_DOUBLE(s, "clipu") "9\n"
#define DORY_DOUBLE_I8(s)       DORY_DOUBLE(s, "clip") "8\n"
#define DORY_TEXT_DOUBLE0_U8(q) DORY_DOUBLE_U8(q "0")
#define DORY_TEXT_DOUBLE1_U8(q) DORY_DOUBLE_U8(q "1")
#define DORY_TEXT_DOUBLE2_U8(q) DORY_DOUBLE_U8(q "2")
#define DORY_TEXT_DOUBLE3_U8(q) DORY_DOUBLE_U8(q "3")
#define DORY_TEXT_DOUBLE0_I8(q) DORY_DOUBLE_I8(q "0")
#define DORY_TEXT_DOUBLE1_I8(q) DORY_DOUBLE_I8(q "1")
#define DORY_TEXT_DOUBLE2_I8(q) DORY_DOUBLE_I8(q "2")
#define DORY_TEXT_DOUBLE3_I8(q) DORY_DOUBLE_I8(q "3")
#define DORY_FORM_RQ32D_U8(each)                                                                             \
  DORY_FORM_RQ32D(each, DORY_TEXT_DOUBLE0_U8, DORY_TEXT_DOUBLE1_U8, DORY_TEXT_DOUBLE2_U8,                    \
                  DORY_TEXT_DOUBLE3_U8)
#define DORY_FORM_RQ32D_I8(each)                                                                             \
  DORY_FORM_RQ32D(each, DORY_TEXT_DOUBLE0_I8, DORY_TEXT_DOUBLE1_I8, DORY_TEXT_DOUBLE2_I8,                    \
                  DORY_TEXT_DOUBLE3_I8)
#define DORY_FORM_RQ32D(each, text0, text1, text2, text3)                                                    \
  DORY_FOUR_PARAMETERS("0", "16", "32", "48")                                                                \
  each(text0) DORY_FOUR_PARAMETERS("4", "20", "36", "52") each(text1)                                        \
      DORY_FOUR_PARAMETERS("8", "24", "40", "56") each(text2) DORY_FOUR_PARAMETERS("12", "28", "44", "60")   \
          each(text3) "lw %[x], %[tail]\nadd %[w], %[w], %[x]\n"

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
#define DORY_WIDE_PRODUCT(s) "mul %[x], " s ", %[w0]\nmulh " s ", " s ", %[w0]\nadd %[x], %[x], %[w1]\n"
#define DORY_WIDE_SUM(s)                                                                                     \
  "sltu %[x], %[x], %[w1]\nadd " s ", " s ", %[w2]\nadd " s ", " s ", %[x]\nsra " s ", " s ", %[w3]\n"
#define DORY_WIDE(s) DORY_WIDE_PRODUCT(s) DORY_WIDE_SUM(s)
/* The same less 2^31 for a negative sum; p is 2^31. */
#define DORY_WIDE_SIGNED(s)                                                                                  \
  "and %[y], " s ", %[p]\n" DORY_WIDE_PRODUCT(s) "sltu %[y], %[x], %[y]\nsub " s ", " s                      \
                                                 ", %[y]\n" DORY_WIDE_SUM(s)
#define DORY_TEXT_WIDE0(q)   DORY_WIDE(q "0")
#define DORY_TEXT_WIDE1(q)   DORY_WIDE(q "1")
#define DORY_TEXT_WIDE2(q)   DORY_WIDE(q "2")
#define DORY_TEXT_WIDE3(q)   DORY_WIDE(q "3")
#define DORY_TEXT_SIGNED0(q) DORY_WIDE_SIGNED(q "0")
#define DORY_TEXT_SIGNED1(q) DORY_WIDE_SIGNED(q "1")
#define DORY_TEXT_SIGNED2(q) DORY_WIDE_SIGNED(q "2")
#define DORY_TEXT_SIGNED3(q) DORY_WIDE_SIGNED(q "3")
/* After the bias w is at the multipliers of the four channels, then come their offsets' words and shifts. */
#define DORY_FORM_RQ64(each)                                                                                 \
  DORY_WEIGHTS each(DORY_TEXT_ADD) DORY_FOUR_PARAMETERS("0", "16", "32", "48") each(DORY_TEXT_WIDE0)         \
      DORY_FOUR_PARAMETERS("4", "20", "36", "52") each(DORY_TEXT_WIDE1)                                      \
          DORY_FOUR_PARAMETERS("8", "24", "40", "56") each(DORY_TEXT_WIDE2)                                  \
              DORY_FOUR_PARAMETERS("12", "28", "44", "60") each(DORY_TEXT_WIDE3) "addi %[w], %[w], 64\n"
#define DORY_FORM_RQ64S(each)                                                                                \
  "lui %[p], 0x80000\n" DORY_WEIGHTS each(DORY_TEXT_ADD) DORY_FOUR_PARAMETERS("0", "16", "32", "48")         \
      each(DORY_TEXT_SIGNED0) DORY_FOUR_PARAMETERS("4", "20", "36", "52") each(DORY_TEXT_SIGNED1)            \
          DORY_FOUR_PARAMETERS("8", "24", "40", "56") each(DORY_TEXT_SIGNED2)                                \
              DORY_FOUR_PARAMETERS("12", "28", "44", "60") each(DORY_TEXT_SIGNED3) "addi %[w], %[w], 64\n"

/* How codes are limited. */
#define DORY_FORM_NONE(each)
#define DORY_LIMIT_NONE(each)
#define DORY_LIMIT_U8(each) each(DORY_TEXT_CLIP_U8)
#define DORY_LIMIT_I8(each) each(DORY_TEXT_CLIP_I8)
#define DORY_PACK_NONE(each)
#define DORY_PACK_ALL(each)       each(DORY_TEXT_PACK)
#define DORY_PACK_WITHIN_U8(each) DORY_PACK_WITHIN(each, DORY_TEXT_WITHIN_U8)
#define DORY_PACK_WITHIN_I8(each) DORY_PACK_WITHIN(each, DORY_TEXT_WITHIN_I8)
#define DORY_PACK_WITHIN(each, within)                                                                       \
  "lw %[x], %[limits]\nlw %[y], 4+%[limits]\n" each(DORY_TEXT_PACK) each(within)

/* Stores one word a pixel; `aside` leads from the last pixel to the next group of the first one. */
#define DORY_STORE(p, step) DORY_MOVE_NEXT("sw", p "0", "%[o]", step)
#define DORY_OUTPUT1(end)   end DORY_STORE(DORY_PIXEL_A, "4")
#define DORY_OUTPUT2(end)                                                                                    \
  "lw %[x], %[beside]\nlw %[y], %[aside]\n" DORY_STORE(DORY_PIXEL_A, "%[x]") end DORY_STORE(DORY_PIXEL_B,    \
                                                                                            "%[y]")
#define DORY_OUTPUT3(end)                                                                                    \
  "lw %[x], %[beside]\nlw %[y], %[aside]\n" DORY_STORE(DORY_PIXEL_A, "%[x]")                                 \
      DORY_STORE(DORY_PIXEL_B, "%[x]") end                                                                   \
      DORY_STORE(DORY_PIXEL_C, "%[y]")
#define DORY_OUTPUT4(end)                                                                                    \
  "lw %[x], %[beside]\nlw %[y], %[aside]\n" DORY_STORE(DORY_PIXEL_A, "%[x]")                                 \
      DORY_STORE(DORY_PIXEL_B, "%[x]") DORY_STORE(DORY_PIXEL_C, "%[x]") end                                  \
      DORY_STORE(DORY_PIXEL_D, "%[y]")

/* Instructions of these texts in a block of n pixels. */
#define DORY_FORM_RQ64_WORDS(n)      "(21 + 32 * " n ")"
#define DORY_FORM_RQ64S_WORDS(n)     "(22 + 44 * " n ")"
#define DORY_FORM_RQ32_WORDS(n)      "(12 + 8 * " n ")"
#define DORY_FORM_RQ32C_WORDS(n)     "(20 + 16 * " n ")"
#define DORY_FORM_RQ32P_WORDS(n)     "(8 + 8 * " n ")"
#define DORY_FORM_RQ32L_WORDS(n)     "(12 + 12 * " n ")"
#define DORY_FORM_RQ32D_U8_WORDS(n)  "(18 + 20 * " n ")"
#define DORY_FORM_RQ32D_I8_WORDS(n)  "(18 + 20 * " n ")"
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
#define DORY_STORE_SUM(p, c) DORY_MOVE_NEXT("sw", p c, "%[o]", "4")
#define DORY_SUMS(p, end)                                                                                    \
  DORY_STORE_SUM(p, "0") DORY_STORE_SUM(p, "1") DORY_STORE_SUM(p, "2") end DORY_STORE_SUM(p, "3")
#define DORY_SUMS1(end) DORY_SUMS(DORY_PIXEL_A, end)
#define DORY_SUMS2(end) DORY_SUMS(DORY_PIXEL_A, "") DORY_SUMS(DORY_PIXEL_B, end)
#define DORY_SUMS3(end) DORY_SUMS(DORY_PIXEL_A, "") DORY_SUMS(DORY_PIXEL_B, "") DORY_SUMS(DORY_PIXEL_C, end)
#define DORY_SUMS4(end)                                                                                      \
  DORY_SUMS(DORY_PIXEL_A, "")                                                                                \
  DORY_SUMS(DORY_PIXEL_B, "") DORY_SUMS(DORY_PIXEL_C, "") DORY_SUMS(DORY_PIXEL_D, end)
#define DORY_SUMS1_WORDS "4"
#define DORY_SUMS2_WORDS "8"
#define DORY_SUMS3_WORDS "12"
#define DORY_SUMS4_WORDS "16"

#endif
#endif
