# SPDX-License-Identifier: ISC
libdaemon_a_SOURCES += %D%/crypto.h
if ACCELERATED
libdaemon_a_SOURCES += %D%/crypto.c %D%/crypto_selftest.c %D%/crypto_selftest.h
# An archive of its own: mbedTLS's archives refer to it, and it to them.
libaccelerated_a_SOURCES += \
	%D%/crypto_arena.c \
	%D%/crypto_arena.h \
	%D%/crypto_blind.c \
	%D%/crypto_blind.h \
	%D%/crypto_nonce.c \
	%D%/crypto_nonce.h \
	%D%/crypto_p256.c \
	%D%/crypto_p256.h \
	%D%/crypto_rsa.c \
	%D%/crypto_rsa.h \
	%D%/crypto_seam.c \
	%D%/crypto_seam.h \
	%D%/crypto_seam_curve.c \
	%D%/crypto_seam_parts.h \
	%D%/crypto_seam_rsa.c \
	%D%/crypto_seam_sha256.c \
	%D%/crypto_x25519.c \
	%D%/crypto_x25519.h
else
libdaemon_a_SOURCES += %D%/crypto_none.c
endif
