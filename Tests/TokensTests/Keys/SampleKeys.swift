/// Keys in PEM, made for these tests only.
enum SampleKeys {
    static let ec = """
        -----BEGIN EC PARAMETERS-----
        BggqhkjOPQMBBw==
        -----END EC PARAMETERS-----
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEICQgU00FBe1UAhaOOHwuriNGStmX6sosj0LacBfGMFg4oAoGCCqGSM49
        AwEHoUQDQgAEq34Sk6G80obyLP8jLdh91sCI/Vy+m+OKA+rZsg7dluSQ7PmaXvX/
        3WGihLkyyi19kS6xFHst7FAs1DQTXX00RQ==
        -----END EC PRIVATE KEY-----
        """

    static let ecPKCS8 = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgJCBTTQUF7VQCFo44
        fC6uI0ZK2ZfqyiyPQtpwF8YwWDihRANCAASrfhKTobzShvIs/yMt2H3WwIj9XL6b
        44oD6tmyDt2W5JDs+Zpe9f/dYaKEuTLKLX2RLrEUey3sUCzUNBNdfTRF
        -----END PRIVATE KEY-----
        """

    static let ecPublic = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEq34Sk6G80obyLP8jLdh91sCI/Vy+
        m+OKA+rZsg7dluSQ7PmaXvX/3WGihLkyyi19kS6xFHst7FAs1DQTXX00RQ==
        -----END PUBLIC KEY-----
        """

    static let ecEncryptedOld = """
        -----BEGIN EC PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-128-CBC,2A083E7463EB5A3B1CE28206E24B56BE

        FjRZFsPvCqMICmE4RJb9WGYTTqhe60yoxrhcBOH6W9PClR9M6N2yw4NQc16X2z0L
        8UcB9aU0BAyJJD1ik3JDBPCJvFB5Oi7Eg3geMHRKe22BT0IsSeX98zwPUIh8KfO4
        NEEq+LIMWLkwjWABXSLaMRova74byOl/xvCSwXNXfl0=
        -----END EC PRIVATE KEY-----
        """

    static let ecEncrypted = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhuw6uqGmB/xgICCAAw
        DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEGu+m53FEa8azMtA0V0NnW0EgZCA
        izKrlF0A8YwGERmWV6Qg0qE2nsHMZUEAPr0A5UeHsp2BztUvV/x7rmP2bQaoGCwc
        Ve4R9msrRIbAKVxmAcC881AQVKCPhbApYaOCtC0eT8+UDit5GZRzPlK5scikxnZY
        NIwHH7jaSUpAJx+eQoNZhR8TisaVczGSBQLXIGgPo1g+O+HWpoeUp2xmK1FrEPA=
        -----END ENCRYPTED PRIVATE KEY-----
        """

    static let ecCertificate = """
        -----BEGIN CERTIFICATE-----
        MIIBbTCCAROgAwIBAgIUevQsAuVBaINJjcZWus8w4rbfi0YwCgYIKoZIzj0EAwIw
        DDEKMAgGA1UEAwwBeDAeFw0yNjExMjUwNzM2NDBaFw0zNjExMjIwNzM2NDBaMAwx
        CjAIBgNVBAMMAXgwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASrfhKTobzShvIs
        /yMt2H3WwIj9XL6b44oD6tmyDt2W5JDs+Zpe9f/dYaKEuTLKLX2RLrEUey3sUCzU
        NBNdfTRFo1MwUTAdBgNVHQ4EFgQUTsHFADgo3DkwZHFBNdNfgR80sBAwHwYDVR0j
        BBgwFoAUTsHFADgo3DkwZHFBNdNfgR80sBAwDwYDVR0TAQH/BAUwAwEB/zAKBggq
        hkjOPQQDAgNIADBFAiEAp7DQAvccFioI5tf4avkppbKa/kvdwLRwblJflFmukIEC
        IBYnxSrQzxv2gFX+l1rxHqtIKDmXIOQL8ff0mM53Za3X
        -----END CERTIFICATE-----
        """

    static let rsa1024 = """
        -----BEGIN PUBLIC KEY-----
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDGHMu0f8eGhBrdiPp7czbVDSpo
        /bdW4HVPQo3DtQYoJrXssFu06bQIxop4V52ks73N4cvdUHrfWuMu4zfXRbqIeoBz
        ZlqJjrZdz6kKHubrwyC8eVwsj+KRu4Gmfcx4FqewZJ4DA0S/SU9Rihp/8+YlzIuF
        wucvrryxNbDvMSDb0wIDAQAB
        -----END PUBLIC KEY-----
        """

    static let secp256k1 = """
        -----BEGIN EC PRIVATE KEY-----
        MHQCAQEEILFZHFeG/HT/e0HbCwK2Sl9wg/LCuyFRh7vXWTpgLt9eoAcGBSuBBAAK
        oUQDQgAEypfW5x0vXpd2rYtHE/qOKLtutjYilQLljNV2K7byziSsIHjU+hT6vv3N
        OQbrwJGUXv/0RFXab3l0bvDbDdCxWA==
        -----END EC PRIVATE KEY-----
        """
}
