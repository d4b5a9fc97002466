#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace paceline::http {

/// A self-signed certificate with its key, for 127.0.0.1, localhost and api.test. Clients trust the
/// certificate by its file. The files are removed with the object.
class TestCertificate {
 public:
  /// Made on first use, once per process.
  static const TestCertificate& instance();

  TestCertificate();
  ~TestCertificate();
  TestCertificate(const TestCertificate&) = delete;
  TestCertificate& operator=(const TestCertificate&) = delete;

  EVP_PKEY* key() const { return key_.get(); }
  X509* certificate() const { return certificate_.get(); }
  /// Path of the certificate's PEM file.
  const std::string& file() const { return file_; }
  /// Path of the key's PEM file.
  const std::string& key_file() const { return key_file_; }

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
  };

  void sign();
  void write_files();

  std::unique_ptr<EVP_PKEY, Free> key_;
  std::unique_ptr<X509, Free> certificate_;
  std::string file_;
  std::string key_file_;
};

}  // namespace paceline::http
