#include "test_certificate.h"

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace paceline::http {
namespace {

void add_extension(X509* certificate, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
  EXPECT_NE(extension, nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

/// Writes a new file by `write`, and returns its path.
template <typename Write>
std::string new_file(const Write& write) {
  std::string path = (std::filesystem::temp_directory_path() / "paceline-tls-XXXXXX").string();
  const int descriptor = mkstemp(path.data());
  EXPECT_GE(descriptor, 0);
  FILE* file = fdopen(descriptor, "w");
  EXPECT_EQ(write(file), 1);
  EXPECT_EQ(std::fclose(file), 0);
  return path;
}

}  // namespace

const TestCertificate& TestCertificate::instance() {
  static const TestCertificate certificate;
  return certificate;
}

TestCertificate::TestCertificate() : key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
  sign();
  write_files();
}

TestCertificate::~TestCertificate() {
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
  std::filesystem::remove(key_file_, ignored);
}

void TestCertificate::sign() {
  constexpr long version_3 = 2;
  constexpr long day = 24L * 60 * 60;
  X509* certificate = certificate_.get();
  X509_set_version(certificate, version_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -day);
  X509_gmtime_adj(X509_getm_notAfter(certificate), day);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_set_pubkey(certificate, key_.get());
  add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate, NID_subject_alt_name, "DNS:localhost,DNS:api.test,IP:127.0.0.1");
  EXPECT_GT(X509_sign(certificate, key_.get(), EVP_sha256()), 0);
}

void TestCertificate::write_files() {
  file_ = new_file([this](FILE* file) { return PEM_write_X509(file, certificate_.get()); });
  key_file_ = new_file([this](FILE* file) {
    return PEM_write_PrivateKey(file, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

}  // namespace paceline::http
