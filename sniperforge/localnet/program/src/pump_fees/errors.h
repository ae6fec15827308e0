/* The error numbers of the Pump fees interface that this program gives. */
#ifndef ERRORS_H
#define ERRORS_H

#define PROGRAM_ERRORS(X) X(6002, NoFeeTiers, "NoFeeTiers")

#include "common/anchor.h"

#endif
