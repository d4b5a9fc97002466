#pragma once

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

namespace paceline {

/// A certificate with its key. Programs under test read them in files, which are removed with the
/// object.
class TestCertificate {
 public:
  struct Options {
    /// The hosts, in OpenSSL's syntax.
    std::string names = "DNS:localhost,DNS:api.test,IP:127.0.0.1";
    /// The validity from now on.
    std::chrono::hours begins{-24};
    std::chrono::hours ends{24};
    /// nullptr: the certificate is self-signed.
    const TestCertificate* issuer = nullptr;
  };

  /// A self-signed one for localhost, made on first use, once per process.
  static const TestCertificate& instance() {
    static const TestCertificate certificate;
    return certificate;
  }

  TestCertificate() : TestCertificate(Options{}) {}
  explicit TestCertificate(const Options& options) {
    sign(options);
    std::string folder =
        (std::filesystem::temp_directory_path() / "paceline-certificate-XXXXXX").string();
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    file_ = folder + "/certificate.pem";
    key_file_ = folder + "/key.pem";
    write(file_, [this](FILE* file) { return PEM_write_X509(file, certificate()); });
    write(key_file_, [this](FILE* file) {
      return PEM_write_PrivateKey(file, key(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }
  ~TestCertificate() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  TestCertificate(const TestCertificate&) = delete;
  TestCertificate& operator=(const TestCertificate&) = delete;

  EVP_PKEY* key() const { return key_.get(); }
  X509* certificate() const { return certificate_.get(); }
  /// Paths of the PEM files.
  const std::string& file() const { return file_; }
  const std::string& key_file() const { return key_file_; }

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
  };

  void sign(const Options& options) {
    constexpr long version_3 = 2;
    const TestCertificate& issuer = options.issuer == nullptr ? *this : *options.issuer;
    const auto seconds = [](std::chrono::hours time) {
      return static_cast<long>(std::chrono::seconds(time).count());
    };
    // Certificates of one name need numbers of their own.
    static long number = 0;
    X509_set_version(certificate(), version_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate()), ++number);
    X509_gmtime_adj(X509_getm_notBefore(certificate()), seconds(options.begins));
    X509_gmtime_adj(X509_getm_notAfter(certificate()), seconds(options.ends));
    X509_NAME* name = X509_get_subject_name(certificate());
    const char* of = options.issuer == nullptr ? "authority" : "server";
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(of),
                               -1, -1, 0);
    X509_set_issuer_name(certificate(), X509_get_subject_name(issuer.certificate()));
    X509_set_pubkey(certificate(), key());
    if (options.issuer == nullptr) add(issuer, NID_basic_constraints, "critical,CA:TRUE");
    add(issuer, NID_subject_alt_name, options.names.c_str());
    EXPECT_GT(X509_sign(certificate(), issuer.key(), EVP_sha256()), 0);
  }

  void add(const TestCertificate& issuer, int kind, const char* value) const {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer.certificate(), certificate(), nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
    EXPECT_NE(extension, nullptr);
    X509_add_ext(certificate(), extension, -1);
    X509_EXTENSION_free(extension);
  }

  template <typename Write>
  static void write(const std::string& path, Write write) {
    FILE* file = std::fopen(path.c_str(), "w");
    ASSERT_NE(file, nullptr);
    EXPECT_EQ(write(file), 1);
    EXPECT_EQ(std::fclose(file), 0);
  }

  std::unique_ptr<EVP_PKEY, Free> key_{EVP_EC_gen("P-256")};
  std::unique_ptr<X509, Free> certificate_{X509_new()};
  std::filesystem::path folder_;
  std::string file_;
  std::string key_file_;
};

}  // namespace paceline
