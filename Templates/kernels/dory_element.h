/* SPDX-License-Identifier: Apache-2.0 */
/* Elements of a type that is known when the kernel is compiled: every switch here folds away. */
#ifndef DORY_ELEMENT_H
#define DORY_ELEMENT_H

#include "dory_types.h"

#define DORY_INLINE static inline __attribute__((always_inline))

DORY_INLINE int32_t dory_element(dory_type_t type, const void *base, int32_t index) {
  switch (type) {
  case DORY_U8:
    return ((const uint8_t *)base)[index];
  case DORY_I8:
    return ((const int8_t *)base)[index];
  case DORY_U16:
    return ((const uint16_t *)base)[index];
  case DORY_I16:
    return ((const int16_t *)base)[index];
  default:
    return ((const int32_t *)base)[index];
  }
}

DORY_INLINE void dory_set_element(dory_type_t type, void *base, int32_t index, int32_t value) {
  switch (type) {
  case DORY_U8:
    ((uint8_t *)base)[index] = (uint8_t)value;
    break;
  case DORY_I8:
    ((int8_t *)base)[index] = (int8_t)value;
    break;
  case DORY_U16:
    ((uint16_t *)base)[index] = (uint16_t)value;
    break;
  case DORY_I16:
    ((int16_t *)base)[index] = (int16_t)value;
    break;
  default:
    ((int32_t *)base)[index] = value;
    break;
  }
}

/* The sum of `count` products of consecutive elements, from element `index` on, with weights. */
DORY_INLINE int32_t dory_dot(dory_type_t type, const void *base, int32_t index, const int8_t *weights,
                             int32_t count) {
  int32_t sum = 0;
  for (int32_t i = 0; i < count; i++) {
    sum += dory_element(type, base, index + i) * weights[i];
  }
  return sum;
}

#endif
