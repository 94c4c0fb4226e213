/* SPDX-License-Identifier: Apache-2.0 */
/* A machine with software-managed memory, simulated so that mistakes show. Every level is an arena of its own
 * between red zones; bytes are poison before they are written and after their tensor's last use; transfers
 * deliver when they are waited for, or piece by piece at random moments before.
 *
 * Where the generated C is compiled with calls at its accesses (`make host CHECK=1`), every byte that a
 * kernel touches is checked as well: simulator_marks.h tells what is known of a byte. */
#ifndef SIMULATOR_H
#define SIMULATOR_H

#include <stdbool.h>
#include <stdio.h>

#include "dory_hal.h"
#include "simulation.h"

/* Exit status of a run that broke a rule of the machine. */
enum { SIMULATOR_FAULT = 3 };

/* Whether accesses are checked. */
#ifdef SIMULATOR_CHECKED
enum { SIMULATOR_CHECKS = true };
#else
enum { SIMULATOR_CHECKS = false };
#endif

/* An address of the program: where a call returns to. */
typedef const void *simulator_place_t;
#define SIMULATOR_CALLER __builtin_extract_return_addr(__builtin_return_address(0))

/* simulator_memory.c */

/* Makes the arenas, poisoned. */
void simulator_start(void);

/* The bytes of an arena from an offset on; a fault when they do not lie inside it. */
uint8_t *simulator_bytes(simulator_level_t level, uint32_t offset, uint64_t bytes);

/* The bytes of a tensor where it lies. */
uint8_t *simulator_tensor(const dory_tensor_t *tensor);
simulator_level_t simulator_level(dory_level_t level);
const char *simulator_level_name(simulator_level_t level);

/* Counts a byte of the host from the start of all simulated memory, red zones included. */
uint64_t simulator_position(const void *address);

/* All of it, in bytes. */
uint64_t simulator_extent(void);

/* The level whose arena, or red zone around it, has that position; `offset` from the arena's start. */
simulator_level_t simulator_locate(uint64_t position, int64_t *offset);

/* Checks the bytes around every arena. */
void simulator_check_red_zones(void);

/* simulator_fault.c */

/* Ends the run with `fault: KIND: layer NAME, TILE: MESSAGE; COPY; at FILE:LINE (FUNCTION)`. The copy is the
 * one that is being started, if any; there is no place where it is 0 or the program has no debugging
 * information. */
_Noreturn void simulator_fault(const char *kind, simulator_place_t place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Prints where in the C a place is, as far as that is known. */
void simulator_print_place(FILE *file, simulator_place_t place);
void simulator_enter_layer(const char *name);

/* simulator_areas.c: tensors and buffers come and go with the steps. */

/* What ended before a step is forgotten, and what begins with it is empty. */
void simulator_begin_step(int32_t step);

/* Called with each copy to or from L1: from the first one of a step on, its layer fills slots one by one. */
void simulator_begin_tiles(void);

/* The tensor or buffer that holds a byte now; `first` is the offset of its slot. NULL where nothing lies. */
const simulation_area_t *simulator_area(simulator_level_t level, int64_t offset, uint32_t *first);

/* Ends with a fault unless the bytes lie within one slot of one area that holds something now; with
 * `moves_words` they may be those that round a tensor up to words. */
void simulator_check_area(simulator_level_t level, int64_t offset, uint64_t bytes, bool moves_words,
                          simulator_place_t place);

/* simulator_dma.c */

/* When transfers deliver. */
typedef enum { SIMULATOR_LATE, SIMULATOR_SEEDED, SIMULATOR_FAST } simulator_timing_t;

/* Chooses when transfers deliver; the seed counts for SIMULATOR_SEEDED only. */
void simulator_set_timing(simulator_timing_t choice, uint64_t seed);
simulator_timing_t simulator_timing(void);

/* Lets transfers under way go on as chance wants it. */
void simulator_let_time_pass(void);

/* Faults unless nothing is under way any more. */
void simulator_check_idle(void);

/* Prints the copy that is being started, and what lies at its ends; nothing where none is. */
void simulator_print_copy(FILE *file);

/* Prints when the copy that is under way to or from a byte began; nothing where there is none. */
void simulator_print_transfer(FILE *file, simulator_level_t level, int64_t offset);

/* simulator_cores.c */

/* In which order the cores work. */
typedef enum {
  SIMULATOR_SEQUENCE,   /* one after another */
  SIMULATOR_THREADS,    /* at the same time */
  SIMULATOR_INTERLEAVED /* in turns of random length; needs checked accesses */
} simulator_order_t;

void simulator_set_order(simulator_order_t order, uint64_t seed);

/* Whether an address is of the stack that the running core has in a kernel, and of what starts kernels. */
bool simulator_is_own_stack(const void *address);
bool simulator_is_main_stack(const void *address);
simulator_order_t simulator_order(void);

/* Called before every access of a kernel: another core may go on first. */
void simulator_take_turn(void);

/* Around what several cores may not do at once. */
void simulator_lock(void);
void simulator_unlock(void);

/* simulator_tile.c */

/* Allows the cores what a kernel may read and write for a tile, and forbids it again. */
void simulator_allow_tile(const dory_tile_t *tile);
void simulator_forbid_tile(void);
void simulator_forget_tile(void);

/* Prints the tile that computes, or the last one that did in this layer; and where in it a byte lies. */
void simulator_print_tile(FILE *file);
void simulator_print_operand(FILE *file, uint64_t position);

/* simulator_access.c */

/* Between the two calls a core may not touch what another one writes, but for writing the same. */
void simulator_begin_kernel(void);
void simulator_end_kernel(void);

/* From here on an access to memory that the host does not have is a fault, where accesses are checked. */
void simulator_watch_host(void);

/* SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): the next number of a sequence. */
uint64_t simulator_random(uint64_t *state);

#endif
