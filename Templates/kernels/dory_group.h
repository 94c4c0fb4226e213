/* SPDX-License-Identifier: Apache-2.0 */
/* Constants in groups of four output channels, for kernels that take four channels at a time.
 *
 * A group is the weights of its channels, then their parameters. A channel's window is a sequence of
 * segments, each filled up with zero weights to a multiple of 4; for every 4 bytes of it come those of
 * channel 0, 1, 2 and 3. Parameters are stored word by word: word 0 of the four channels, then word 1, and so
 * on. Channels that the last group misses are all zero. The words of one channel:
 *
 * - DORY_RAW: bias
 * - DORY_RQ32: multiplier, offset + bias * multiplier, shift
 * - DORY_RQ32C: the same, then lower bound - bias, upper bound - bias
 * - others: bias and the words that dory_parameter_words lists
 *
 * For dory_columns the shift of DORY_RQ32C may be the low five bits of a limit L > 31. Sums between -L - 1
 * and L overflow nowhere; beyond the bounds they have the codes of the bounds, within those of the output's
 * type.
 */
#ifndef DORY_GROUP_H
#define DORY_GROUP_H

#include "dory_requantize.h"

/* Channels of a group. */
enum { DORY_GROUP = 4 };

/* Parameters of one channel. */
DORY_INLINE int32_t dory_group_words(dory_form_t form, int32_t entries) {
  const int32_t bias = form == DORY_RQ32 || form == DORY_RQ32C ? 1 : 0;
  return dory_parameter_words(form, entries, false) - bias;
}

/* What the list of exceptions adds for an accumulator. */
DORY_INLINE int32_t dory_group_correction(const int32_t *list, int32_t entries, int32_t accumulator) {
  int32_t correction = 0;
  for (int32_t i = 0; i < entries; i++, list += 2 * DORY_GROUP) {
    correction += accumulator == list[0] ? list[DORY_GROUP] : 0;
  }
  return correction;
}

/* How many thresholds of a rising list a value has reached. */
DORY_INLINE int32_t dory_group_reached(const int32_t *thresholds, int32_t entries, int32_t value) {
  int32_t begin = 0;
  int32_t end = entries;
  while (begin < end) {
    const int32_t middle = (begin + end) / 2;
    if (thresholds[middle * DORY_GROUP] <= value) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin;
}

/* The code of a sum of products, whose bias is still missing. `words` is word 0 of its channel. The folded
 * offset wraps at 32 bits; the whole does not. */
DORY_INLINE int32_t dory_group_code(dory_form_t form, int32_t entries, const int32_t *words, int32_t sum,
                                    int32_t low, int32_t high) {
  if (form == DORY_RQ32 || form == DORY_RQ32C) {
    const int32_t kept =
        form == DORY_RQ32 ? sum : dory_clip(sum, words[3 * DORY_GROUP], words[4 * DORY_GROUP]);
    const uint32_t scaled = (uint32_t)kept * (uint32_t)words[0] + (uint32_t)words[DORY_GROUP];
    return dory_clip((int32_t)scaled >> (words[2 * DORY_GROUP] & 31), low, high);
  }
  const int32_t accumulator = sum + words[0];
  if (form == DORY_THR) {
    const int32_t value = accumulator * words[DORY_GROUP];
    return dory_clip(low + dory_group_reached(words + 2 * DORY_GROUP, entries, value), low, high);
  }
  int32_t plain[5]; /* in the plain order, without the list */
  for (int32_t i = 0; i < dory_parameter_words(form, 0, false); i++) {
    plain[i] = words[i * DORY_GROUP];
  }
  if (form == DORY_RQ64X) {
    const dory_coefficients_t c = dory_channel_coefficients(DORY_RQ64, 0, plain);
    const int32_t correction = dory_group_correction(words + 5 * DORY_GROUP, entries, accumulator);
    return dory_clip(dory_rq64(c, accumulator) + correction, low, high);
  }
  return dory_requantize_channel(form, 0, plain, accumulator, low, high);
}

#endif
