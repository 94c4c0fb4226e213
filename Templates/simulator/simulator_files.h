/* SPDX-License-Identifier: Apache-2.0 */
/* What the simulator reads and writes. */
#ifndef SIMULATOR_FILES_H
#define SIMULATOR_FILES_H

#include "simulator.h"

/* Exit status where a file is missing, or is not of this network. */
enum { SIMULATOR_WRONG_FILE = 1 };

/* Opens a file, or ends the program. */
FILE *simulator_open(const char *path, const char *mode);

/* Closes a file that was written, or ends the program. */
void simulator_close(FILE *file, const char *path);

/* Fills RAM and flash. */
void simulator_read_weights(const char *path);

/* Reads the inputs of one sample: false at the end of the file. */
bool simulator_read_sample(FILE *file, const char *path);
void simulator_write_sample(FILE *file, const char *path);

/* Writes every layer's output to a file from now on. */
void simulator_dump_layers(FILE *file, const char *path);

#endif
