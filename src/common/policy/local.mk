# SPDX-License-Identifier: ISC
libcommon_a_SOURCES += \
	%D%/lint.c \
	%D%/lint.h \
	%D%/lint_judge.c \
	%D%/lint_judge.h \
	%D%/lint_line.c \
	%D%/lint_line.h \
	%D%/lint_rule.h \
	%D%/lint_rules.c \
	%D%/lint_rules.h \
	%D%/lint_value.c \
	%D%/lint_value.h \
	%D%/lint_words.c \
	%D%/lint_words.h \
	%D%/mxmatch.c \
	%D%/mxmatch.h \
	%D%/policy.c \
	%D%/policy.h \
	%D%/policyid.c \
	%D%/policyid.h \
	%D%/policyset.c \
	%D%/policyset.h \
	%D%/policytext.c \
	%D%/policytext.h \
	%D%/senderpage.c \
	%D%/senderpage.h
