/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of a broken rule: which, in which layer and tile, and at which line of the C. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "simulator.h"

static const char *current_layer;

void simulator_enter_layer(const char *name) {
  current_layer = name;
}

/* Asks addr2line, of binutils, for the innermost function and line. */
void simulator_print_place(FILE *file, simulator_place_t place) {
  char command[96], function[256] = "", line[512] = "";
  if (!SIMULATOR_CHECKS || place == 0) {
    return;
  }
  /* The call itself lies before the address it returns to. The shell is a child of this program. */
  snprintf(command, sizeof command, "addr2line -f -e /proc/$PPID/exe 0x%llx 2>/dev/null",
           (unsigned long long)(uintptr_t)place - 1);
  FILE *answer = popen(command, "r");
  if (answer == NULL) {
    return;
  }
  const bool is_known = fgets(function, sizeof function, answer) != NULL &&
                        fgets(line, sizeof line, answer) != NULL && strncmp(line, "??", 2) != 0;
  pclose(answer);
  if (is_known) {
    function[strcspn(function, "\n")] = '\0';
    line[strcspn(line, " \n")] = '\0';
    fprintf(file, "%s (%s)", strncmp(line, "./", 2) == 0 ? line + 2 : line, function);
  } else {
    fprintf(file, "address %p", place);
  }
}

void simulator_fault(const char *kind, simulator_place_t place, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "fault: %s: ", kind);
  if (current_layer != NULL) {
    fprintf(stderr, "layer %s", current_layer);
    simulator_print_tile(stderr);
    fprintf(stderr, ": ");
  }
  vfprintf(stderr, format, arguments);
  simulator_print_copy(stderr);
  if (SIMULATOR_CHECKS && place != 0) {
    fprintf(stderr, "; at ");
    simulator_print_place(stderr, place);
  }
  fputc('\n', stderr);
  va_end(arguments);
  fflush(NULL);
  _Exit(SIMULATOR_FAULT);
}
