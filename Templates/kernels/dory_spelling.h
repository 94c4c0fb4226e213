/* SPDX-License-Identifier: Apache-2.0 */
/* Which instructions packed arithmetic is spelled in: XpulpV2 with PULP GCC (GAP8 and its kin), CORE-V with
 * clang for CV32E40P, portable C with any other compiler. -DDORY_PORTABLE asks for the last one anywhere, and
 * -DDORY_XPULP for the first.
 *
 * XpulpV2 is spelled as assembler text rather than by PULP GCC's __builtin_pulp_*: any GCC for RISC-V
 * compiles text, and translated name by name it runs on a CORE-V core, so that it is tested without PULP GCC.
 * Loops that matter are written by hand in any case, once for both sets of instructions, of the DORY_...
 * strings below.
 */
#ifndef DORY_SPELLING_H
#define DORY_SPELLING_H

#if defined(DORY_PORTABLE)
#undef DORY_XPULP
#elif defined(__pulp__) && !defined(DORY_XPULP)
#define DORY_XPULP
#endif

#if !defined(DORY_PORTABLE) && (defined(DORY_XPULP) || defined(__riscv_xcvsimd))
#define DORY_SIMD 1
#else
#define DORY_SIMD 0
#endif

/* One text or the other by instruction set, and the prefixes of most mnemonics: packed and scalar. */
#if defined(DORY_XPULP)
#define DORY_EITHER(corev, xpulp) xpulp
#else
#define DORY_EITHER(corev, xpulp) corev
#endif
#define DORY_V DORY_EITHER("cv.", "pv.")
#define DORY_P DORY_EITHER("cv.", "p.")

/* Registers, counts and labels are strings: "%[sum]", "t0", "1". Operands in memory are of kind "o", a
 * register and a number: PULP GCC would make two registers of "m", which plain loads and stores do not take.
 *
 * DORY_MOVE_NEXT("lw", r, p, step): a load or store at p, to which the number or register `step` is added
 * after. DORY_MOVE_AT("lw", r, offset, p): a load or store at p + offset, both registers. DORY_LOOP0,
 * DORY_LOOP1: a loop without branches over the next `words` instructions, `count` >= 1 times, the last of
 * which is marked with DORY_LOOP_LAST. Loop 0 is the inner one; loop 1 ends two instructions later at least.
 * Its body is at least three instructions and lies between DORY_WORDS_BEGIN and DORY_WORDS_END, where no
 * instruction is compressed, and those of CORE-V's bit manipulation may be used (compiled C is without them:
 * clang takes cv.fl1 for a count of leading zeros). */
#define DORY_MOVE_NEXT(move, r, p, step)                                                                     \
  DORY_EITHER("cv." move " " r ", (" p "), " step "\n", "p." move " " r ", " step "(" p "!)\n")
#define DORY_MOVE_AT(move, r, offset, p)                                                                     \
  DORY_EITHER("cv." move " " r ", " offset "(" p ")\n", "p." move " " r ", " offset "(" p ")\n")
#define DORY_LOOP0(count, words, last)                                                                       \
  DORY_EITHER(".insn i 0x2b, 4, x14, " count ", " words " + 1\n", "lp.setup x0, " count ", " last "f\n")
#define DORY_LOOP1(count, words, last)                                                                       \
  DORY_EITHER(".insn i 0x2b, 4, x15, " count ", " words " + 1\n", "lp.setup x1, " count ", " last "f\n")
#define DORY_LOOP_LAST(last) DORY_EITHER("", last ":\n")
#define DORY_WORDS_BEGIN                                                                                     \
  ".option push\n" DORY_EITHER(".option arch, +xcvbitmanip\n", "") ".balign 4\n.option norvc\n"
#define DORY_WORDS_END ".option pop\n"

/* What a text with loops overwrites beside its operands. PULP GCC makes such loops of loops in C as well,
 * even around a text, unless that is said to overwrite the counters. */
#if defined(__pulp__) && defined(__GNUC__) && !defined(__clang__)
#define DORY_OVERWRITTEN "memory", "lc0", "lc1"
#else
#define DORY_OVERWRITTEN "memory"
#endif

#endif
