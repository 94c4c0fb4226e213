// The GNU Linear Programming Kit, as Debian's libglpk-dev installs it.
#include <glpk.h>
