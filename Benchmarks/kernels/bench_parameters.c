/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_parameters.h"

dory_form_t bench_plain_form(dory_form_t form) {
  return form == DORY_RQ32P   ? DORY_RQ32
         : form == DORY_RQ32L ? DORY_RQ32C
         : form == DORY_RQ32D ? DORY_RQ64
                              : form;
}

int32_t bench_plain_entries(const bench_rule_t *rule) {
  return rule->form == DORY_RQ64X || rule->form == DORY_THR ? rule->entries : 0;
}

int32_t bench_plain_words(const bench_rule_t *rule) {
  return dory_parameter_words(bench_plain_form(rule->form), bench_plain_entries(rule), false);
}

/* The shift that brings sums of usual size, a tenth of the greatest, to about 8 bits. */
static int32_t usual_shift(int32_t greatest, int64_t multiplier) {
  int32_t shift = 0;
  while (greatest / 10 * multiplier >> shift > 200) {
    shift++;
  }
  return shift;
}

/* An offset of up to 130 codes, or of a third of 32 bits. */
static int32_t any_offset(int32_t shift) {
  const int64_t most = INT64_C(130) << shift;
  const int32_t limit = most < INT32_MAX / 3 ? (int32_t)most : INT32_MAX / 3;
  return bench_between(-limit, limit);
}

/* The least number from `number` on with `low` in its low five bits. */
static int32_t with_low_bits(int32_t number, int32_t low) {
  return (int32_t)((uint32_t)number + ((uint32_t)(low - number) & 31));
}

static int32_t least_code(const bench_rule_t *rule) {
  return rule->output_type == DORY_I8 ? -128 : 0;
}

/* (sum * multiplier + offset) >> shift: words 1, 2 and 3. */
static void make_rq32(const bench_rule_t *rule, int32_t *words) {
  const int32_t most = dory_max(dory_min(INT32_MAX / 2 / rule->greatest, 1 << 20), 1);
  words[1] = rule->one_shift ? most / 2 + 1 : bench_between(most / 2 + 1, most);
  words[3] = dory_min(usual_shift(rule->greatest, words[1]), 31);
  words[2] = any_offset(words[3]);
}

/* The same of sums clipped to words 4 and 5, which have the least code and the greatest one at most. */
static void make_rq32c(const bench_rule_t *rule, int32_t *words) {
  const int32_t bound = rule->greatest / 10 + 2;
  words[4] = -bench_between(0, bound);
  words[5] = bench_between(0, bound);
  words[1] = bench_between(1, dory_min(INT32_MAX / 64 / bound, 1 << 24));
  while ((words[5] - words[4]) * words[1] >> words[3] > 255) {
    words[3]++;
  }
  if (rule->form == DORY_RQ32L) { /* the upper bound has the greatest code of the type */
    words[5] = words[4] + ((255 << words[3]) + words[1] - 1) / words[1];
  }
  words[2] = -words[4] * words[1] + least_code(rule) * (1 << words[3]);
}

/* The high word of a product: words 1 to 3. */
static void make_rqh(const bench_rule_t *rule, int32_t *words) {
  int32_t preshift = 0;
  while (rule->greatest <= INT32_MAX >> (preshift + 1)) {
    preshift++;
  }
  words[1] = bench_between(1 << 28, INT32_MAX);
  const int32_t highest = (int32_t)((int64_t)(rule->greatest << preshift) * words[1] >> 32);
  const int32_t shift = usual_shift(highest, 1);
  words[2] = any_offset(shift);
  words[3] = shift + 256 * preshift;
}

/* A multiplier, an offset of two words and a shift in 64 bits: words 1 to 4; a list after them. */
static void make_rq64(const bench_rule_t *rule, int32_t *words) {
  words[1] = bench_between(1 << 28, INT32_MAX) >> (rule->is_wide ? 0 : 12);
  words[4] = usual_shift(rule->greatest, words[1]);
  const int64_t offset = bench_between(-130, 130) * (INT64_C(1) << words[4]);
  words[2] = (int32_t)(uint32_t)offset;
  words[3] = (int32_t)(offset >> 32);
  for (int32_t i = 0; i < bench_plain_entries(rule); i++) {
    words[5 + 2 * i] = bench_between(-2000, 2000);
    words[6 + 2 * i] = bench_between(-1, 1);
  }
}

static void make_thresholds(const bench_rule_t *rule, int32_t *words) {
  words[1] = bench_between(0, 1) ? 1 : -1;
  words[2] = bench_between(-rule->greatest / 10, 0);
  for (int32_t i = 1; i < rule->entries; i++) {
    words[2 + i] = words[1 + i] + bench_between(0, rule->greatest / 5 / rule->entries);
  }
}

/* Two products, and in the plain order the one product of 64 bits that they make: with the first one's n and
 * c, shifted by k, and the other's m and b, shifted by s,
 *   (((x * n + c) >> k) + x * m + b) >> s  =  (x * (m * 2^k + n) + b * 2^k + c) >> (k + s). */
static void make_double(const bench_rule_t *rule, int32_t *plain, int32_t *grouped) {
  const int32_t most = (1 << 29) / rule->greatest;
  int32_t first_shift = 1;
  while (2 << first_shift <= most) {
    first_shift++;
  }
  const int32_t unit = 1 << first_shift;
  const int32_t multiplier = bench_between(1, dory_max(most, 1));
  const int32_t shift = usual_shift(rule->greatest, multiplier);
  const int32_t offset = with_low_bits(bench_between(-130, 130) * (1 << shift), shift);
  const int32_t first = bench_between(-unit, unit);
  const int32_t first_offset = with_low_bits(bench_between(-(1 << 20), 1 << 20), first_shift);
  const int32_t whole = multiplier * unit + first;
  const int64_t whole_offset = (int64_t)offset * unit + first_offset - (int64_t)plain[0] * whole;
  plain[1] = whole;
  plain[2] = (int32_t)(uint32_t)whole_offset;
  plain[3] = (int32_t)(whole_offset >> 32);
  plain[4] = first_shift + shift;
  grouped[0] = first;
  grouped[1] = first_offset;
  grouped[2] = multiplier;
  grouped[3] = offset;
}

static int32_t saturated(int64_t value) {
  return dory_clip(value, INT32_MIN, INT32_MAX);
}

/* The words of groups, whose offset and bounds have the bias in them where the form allows. Where an offset
 * is to contain its shift, the plain one is moved by less than 32. */
static void group(const bench_rule_t *rule, int32_t *plain, int32_t *grouped) {
  const dory_form_t form = bench_plain_form(rule->form);
  if (form != DORY_RQ32 && form != DORY_RQ32C) {
    for (int32_t i = 0; i < bench_plain_words(rule); i++) {
      grouped[i] = plain[i];
    }
    return;
  }
  const uint32_t bias = (uint32_t)plain[0] * (uint32_t)plain[1];
  if (rule->form == DORY_RQ32P) {
    plain[2] = (int32_t)((uint32_t)with_low_bits((int32_t)((uint32_t)plain[2] + bias), plain[3]) - bias);
  }
  grouped[0] = plain[1];
  grouped[1] = (int32_t)((uint32_t)plain[2] + bias);
  if (rule->form == DORY_RQ32P) {
    return;
  }
  grouped[2] = plain[3];
  if (form == DORY_RQ32) {
    return;
  }
  const int32_t lower = saturated((int64_t)plain[4] - plain[0]);
  const int32_t upper = saturated((int64_t)plain[5] - plain[0]);
  if (rule->form == DORY_RQ32L) {
    grouped[2] = with_low_bits(dory_max(dory_max(upper, -lower - 1), 0), plain[3]);
  } else {
    grouped[3] = lower;
    grouped[4] = upper;
  }
}

void bench_parameters(const bench_rule_t *rule, int32_t *plain, int32_t *grouped) {
  for (int32_t i = 0; i < bench_plain_words(rule); i++) {
    plain[i] = 0;
  }
  for (int32_t i = 0; i < dory_group_words(rule->form, rule->entries); i++) {
    grouped[i] = 0;
  }
  plain[0] = bench_between(-4096, 4096);
  switch (rule->form) {
  case DORY_RAW:
    break;
  case DORY_RQ32:
  case DORY_RQ32P:
    make_rq32(rule, plain);
    break;
  case DORY_RQ32C:
  case DORY_RQ32L:
    make_rq32c(rule, plain);
    break;
  case DORY_RQ32D:
    make_double(rule, plain, grouped);
    return;
  case DORY_RQH:
    make_rqh(rule, plain);
    break;
  case DORY_RQ64:
  case DORY_RQ64S:
  case DORY_RQ64X:
    make_rq64(rule, plain);
    break;
  case DORY_RQ64T:
    plain[1] = bench_between(1 << 20, (1 << 24) - 1);
    plain[2] = usual_shift(rule->greatest, plain[1]);
    plain[3] = bench_between(-10, 10);
    break;
  case DORY_THR:
    make_thresholds(rule, plain);
    break;
  }
  group(rule, plain, grouped);
}
