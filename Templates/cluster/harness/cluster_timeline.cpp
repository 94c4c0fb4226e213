/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster_timeline.h"

#include <cinttypes>
#include <cstdio>

#include "cluster_errors.h"

std::string json(const std::string &string) {
  std::string result = "\"";
  for (const char character : string) {
    if (character == '"' || character == '\\') {
      result += '\\';
      result += character;
    } else if (static_cast<unsigned char>(character) < 0x20) {
      result += text("\\u%04x", character);
    } else {
      result += character;
    }
  }
  return result + '"';
}

void Timeline::write(const std::string &path) const {
  FILE *file = fopen(path.c_str(), "w");
  if (file == nullptr) {
    throw InputError("cannot write '" + path + "'");
  }
  const char *separator = "[\n";
  for (const Event &event : events_) {
    fprintf(file,
            "%s{\"track\": \"%s\", \"name\": %s, \"begin\": %" PRIu64 ", \"end\": %" PRIu64
            ", \"bytes\": %" PRIu64 "}",
            separator, event.track, json(event.name).c_str(), event.begin, event.end, event.bytes);
    separator = ",\n";
  }
  fputs(events_.empty() ? "[]\n" : "\n]\n", file);
  if (fclose(file) != 0) {
    throw InputError("cannot write '" + path + "'");
  }
}
