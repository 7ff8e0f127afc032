/* SPDX-License-Identifier: ISC */
/* cert_copy: another certificate with its key, of one that is parsed. */
#include <mbedtls/platform_util.h>
#include <string.h>

#include "common/cert/cert.h"
#include "common/cert/certkey.h"

#define KEY_DER_MAX 5120 /* an RSA key of 4096 bits takes half */

/* mbedTLS writes at the buffer's end. */
static int copy_key(mbedtls_pk_context *out, const mbedtls_pk_context *key)
{
    unsigned char der[KEY_DER_MAX];
    int length = mbedtls_pk_write_key_der(key, der, sizeof(der));
    int code = length <= 0 ? -1 : certkey_parse(out, der + sizeof(der) - length, (size_t)length);
    mbedtls_platform_zeroize(der, sizeof(der));
    return code;
}

int cert_copy(struct cert *out, const struct cert *cert)
{
    int code = 0;
    *out = (struct cert){.not_before = cert->not_before, .not_after = cert->not_after};
    for (const mbedtls_x509_crt *crt = &cert->chain; crt != NULL && code == 0; crt = crt->next)
        code = mbedtls_x509_crt_parse_der(&out->chain, crt->raw.p, crt->raw.len);
    if (code == 0 && copy_key(&out->key, &cert->key) == 0)
        return 0;
    cert_free(out);
    return -1;
}
