/* SPDX-License-Identifier: Apache-2.0 */
/* Put before the generated C where its accesses are checked: functions of the C library that move bytes,
 * which a compiler may write out without a call before each access. Words stay with it: it does watch those.
 */
#ifndef SIMULATOR_CALLS_H
#define SIMULATOR_CALLS_H

#include <string.h>

void *simulator_move(void *to, const void *from, size_t bytes);
void *simulator_fill(void *to, int value, size_t bytes);
int simulator_compare(const void *a, const void *b, size_t bytes);

#define memcmp simulator_compare
#ifndef __clang__
/* The type of the conditional tells a constant expression, which alone may be a null pointer, from others. */
#define SIMULATOR_CONSTANT(bytes)                                                                            \
  __builtin_choose_expr(sizeof(int) == sizeof(*(1 ? (void *)((long)(bytes)*0L) : (int *)8)), (bytes), 0)
#define SIMULATOR_IS_WORD(bytes)                                                                             \
  (SIMULATOR_CONSTANT(bytes) == 1 || SIMULATOR_CONSTANT(bytes) == 2 || SIMULATOR_CONSTANT(bytes) == 4 ||     \
   SIMULATOR_CONSTANT(bytes) == 8 || SIMULATOR_CONSTANT(bytes) == 16)
#define __builtin_memcpy(to, from, bytes)                                                                    \
  __builtin_choose_expr(SIMULATOR_IS_WORD(bytes), __builtin_memcpy(to, from, bytes),                         \
                        simulator_move(to, from, bytes))
#define __builtin_memset  simulator_fill
#define __builtin_memmove simulator_move
#define memcpy            __builtin_memcpy
#define memset            simulator_fill
#define memmove           simulator_move
#endif

#endif
