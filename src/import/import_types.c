/*
 * import_types.c - the forms of lists, in the order in which they are asked: the most particular ones first.
 */
#include "import/import_int.h"

const struct import_type *const IMPORT_TYPES[] = {&IMPORT_MISP, &IMPORT_RPZ,   &IMPORT_ADBLOCK,
                                                  &IMPORT_PSL,  &IMPORT_HOSTS, &IMPORT_TABLE,
                                                  &IMPORT_CSV,  &IMPORT_PLAIN, NULL};
