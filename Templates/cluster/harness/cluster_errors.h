/* SPDX-License-Identifier: Apache-2.0 */
/* What can end a simulation, other than the program's own exit. */
#ifndef CLUSTER_ERRORS_H
#define CLUSTER_ERRORS_H

#include <cstdint>
#include <stdexcept>
#include <string>

/* Exit statuses besides the program's own. */
enum { EXIT_INPUT = 1, EXIT_USAGE = 64, EXIT_FAULT = 70 };

/* A file that cannot be used: `error: ...`, status EXIT_INPUT. */
struct InputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/* Wrong arguments: `error: ...` and the usage, status EXIT_USAGE. */
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/* The simulated program broke a rule of the machine: `fault: ...`, status EXIT_FAULT. */
struct Fault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/* A core met a trap: an instruction that cannot be executed, or a call of an environment that there is not.
 */
struct Trap {
  uint32_t core, pc, cause;
};

/* A text as printf makes it. */
std::string text(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
