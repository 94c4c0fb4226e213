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
 * - DORY_RQ32P: multiplier m, offset b
 * - DORY_RQ32L: multiplier m, offset b, limit
 * - DORY_RQ32D: multiplier n, offset c, multiplier m, offset b
 * - others: bias and the words that dory_parameter_words lists
 *
 * The three forms of groups alone work on x, the sum of products without the bias. Their shifts are the low
 * five bits of the word that is named, and what they shift fits in 32 bits:
 *
 * - DORY_RQ32P: (x * m + b) >> b
 * - DORY_RQ32L: (x * m + b) >> limit, of x clipped to -limit - 1 ... limit
 * - DORY_RQ32D: (((x * n + c) >> c) + x * m + b) >> b
 *
 * `entries` of theirs are unused words behind the others.
 */
#ifndef DORY_GROUP_H
#define DORY_GROUP_H

#include "dory_requantize.h"

/* Channels of a group. */
enum { DORY_GROUP = 4 };

/* Parameters of one channel. */
DORY_INLINE int32_t dory_group_words(dory_form_t form, int32_t entries) {
  switch (form) {
  case DORY_RQ32P:
    return 2 + entries;
  case DORY_RQ32L:
    return 3 + entries;
  case DORY_RQ32D:
    return 4 + entries;
  case DORY_RQ32:
  case DORY_RQ32C:
    return dory_parameter_words(form, entries, false) - 1;
  default:
    return dory_parameter_words(form, entries, false);
  }
}

/* Sums wrap, as a folded offset may; the whole does not. */
DORY_INLINE int32_t dory_group_shifted_sum(uint32_t sum, int32_t offset, int32_t shift) {
  return (int32_t)(sum + (uint32_t)offset) >> (shift & 31);
}

/* A sum of products, whose bias is still missing, in a form of one or two products; not clipped. */
DORY_INLINE int32_t dory_group_narrow(dory_form_t form, const int32_t *words, int32_t sum) {
  const uint32_t x = (uint32_t)sum;
  const uint32_t product = x * (uint32_t)words[0];
  const int32_t offset = words[DORY_GROUP];
  if (form == DORY_RQ32P) {
    return dory_group_shifted_sum(product, offset, offset);
  }
  const int32_t third = words[2 * DORY_GROUP];
  if (form == DORY_RQ32D) {
    const uint32_t first = (uint32_t)dory_group_shifted_sum(product, offset, offset);
    const int32_t last = words[3 * DORY_GROUP];
    return dory_group_shifted_sum(first + x * (uint32_t)third, last, last);
  }
  int32_t kept = sum;
  if (form == DORY_RQ32L) {
    kept = dory_clip(sum, -third - 1, third);
  } else if (form == DORY_RQ32C) {
    kept = dory_clip(sum, words[3 * DORY_GROUP], words[4 * DORY_GROUP]);
  }
  return dory_group_shifted_sum((uint32_t)kept * (uint32_t)words[0], offset, third);
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

/* Whether dory_group_narrow takes it. */
DORY_INLINE bool dory_group_is_narrow(dory_form_t form) {
  return form == DORY_RQ32 || form == DORY_RQ32C || form == DORY_RQ32P || form == DORY_RQ32L ||
         form == DORY_RQ32D;
}

/* The code of a sum of products, whose bias is still missing. `words` is word 0 of its channel. */
DORY_INLINE int32_t dory_group_code(dory_form_t form, int32_t entries, const int32_t *words, int32_t sum,
                                    int32_t low, int32_t high) {
  if (dory_group_is_narrow(form)) {
    return dory_clip(dory_group_narrow(form, words, sum), low, high);
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
