/* SPDX-License-Identifier: ISC */
/* survey: the verb `check`: what a sender would find at a domain, and what it would do. */
#ifndef CTL_CHECK_SURVEY_H
#define CTL_CHECK_SURVEY_H

/* argv[0] is the verb; returns the exit status. */
int survey_run(int argc, char **argv);

#endif
