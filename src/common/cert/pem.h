/* SPDX-License-Identifier: ISC */
/* pem: the blocks of a PEM file (RFC 7468), counted before any is decoded, so that half a file is
 * never taken for a whole one. */
#ifndef COMMON_CERT_PEM_H
#define COMMON_CERT_PEM_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"

struct pem_blocks {
    size_t certificates; /* CERTIFICATE */
    size_t keys;         /* RSA PRIVATE KEY, EC PRIVATE KEY, PRIVATE KEY, ENCRYPTED PRIVATE KEY */
    bool encrypted;      /* some key asks for a password */
};

/* Counts the blocks of length bytes, behind which stands one NUL. Refuses, each with its sentence
 * that begins with what names the file ("the certificate file"): a NUL byte, a block without its
 * end, an end without its block, a cut last line, and certificates or keys under labels that
 * mbedTLS passes over in silence. Other blocks (parameters, requests) and text between them do not
 * count. Pure. */
int pem_scan(struct pem_blocks *out, const char *what, const unsigned char *bytes, size_t length,
             struct error *why);

#endif
