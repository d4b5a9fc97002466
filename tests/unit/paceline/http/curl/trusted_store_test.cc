#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/x509_vfy.h>
#include <paceline/http/curl/trusted_store.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../../../test_certificate.h"

namespace paceline::http::curl {
namespace {

/// A client's TLS context, as libcurl makes one for each connection.
class Context {
 public:
  explicit Context(const SSL_METHOD* method = TLS_client_method())
      : context_(SSL_CTX_new(method)) {}

  SSL_CTX* raw() const { return context_.get(); }
  X509_STORE* store() const { return SSL_CTX_get_cert_store(raw()); }
  bool trusts(const TestCertificate& certificate) const {
    const std::unique_ptr<X509_STORE_CTX, Free> check(X509_STORE_CTX_new());
    X509_STORE_CTX_init(check.get(), store(), certificate.certificate(), nullptr);
    return X509_verify_cert(check.get()) == 1;
  }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(X509_STORE_CTX* check) const { X509_STORE_CTX_free(check); }
  };

  std::unique_ptr<SSL_CTX, Free> context_;
};

/// Authorities that are those of the file.
Authorities in_file(const std::string& file) {
  return {.file = file, .source = AuthoritySource::options};
}

TEST(TrustedStoreTest, TrustsTheAuthoritiesOfAFileAndNoOthers) {
  const TestCertificate authority;
  const TestCertificate server({.issuer = &authority});
  const TestCertificate other;
  TrustedStore trusted;
  const Context context;
  EXPECT_FALSE(context.trusts(server));
  ASSERT_TRUE(trusted.apply(context.raw(), in_file(authority.file())).has_value());
  EXPECT_TRUE(context.trusts(authority));
  EXPECT_TRUE(context.trusts(server));
  EXPECT_FALSE(context.trusts(other));
}

TEST(TrustedStoreTest, ATrustedCertificateNeedNotBeOfARoot) {
  const TestCertificate authority;
  const TestCertificate server({.issuer = &authority});
  TrustedStore trusted;
  const Context context;
  ASSERT_TRUE(trusted.apply(context.raw(), in_file(server.file())).has_value());
  EXPECT_TRUE(context.trusts(server));
  EXPECT_FALSE(context.trusts(authority));
}

TEST(TrustedStoreTest, TrustsTheAuthoritiesOfAFolder) {
  const TestCertificate authority;
  const TestCertificate server({.issuer = &authority});
  const std::filesystem::path folder =
      std::filesystem::path(authority.file()).parent_path() / "authorities";
  std::filesystem::create_directory(folder);
  std::filesystem::copy(
      authority.file(),
      folder / fmt::format("{:08x}.0", X509_subject_name_hash(authority.certificate())));
  TrustedStore trusted;
  const Context context;
  const Authorities authorities{.folder = folder.string(), .source = AuthoritySource::libcurl};
  ASSERT_TRUE(trusted.apply(context.raw(), authorities).has_value());
  EXPECT_TRUE(context.trusts(server));
}

TEST(TrustedStoreTest, ReadsOnce) {
  TrustedStore trusted;
  const Context first;
  std::string file;
  {
    const TestCertificate authority;
    file = authority.file();
    ASSERT_TRUE(trusted.apply(first.raw(), in_file(file)).has_value());
  }
  ASSERT_FALSE(std::filesystem::exists(file));
  const Context second;
  ASSERT_TRUE(trusted.apply(second.raw(), in_file(file)).has_value());
  EXPECT_EQ(second.store(), first.store());
}

TEST(TrustedStoreTest, AFileThatCannotBeReadIsAnErrorUntilItCan) {
  const TestCertificate authority;
  const std::string folder = std::filesystem::path(authority.file()).parent_path();
  TrustedStore trusted;
  const Context context;
  X509_STORE* own = context.store();
  const std::vector<std::pair<std::string, std::string>> unreadable{
      {folder + "/none.pem", "No such file or directory"},
      {authority.key_file(), "no certificate or crl found"}};
  for (const auto& [file, words] : unreadable) {
    const auto applied = trusted.apply(context.raw(), in_file(file));
    ASSERT_FALSE(applied.has_value());
    EXPECT_EQ(applied.error().code, ErrorCode::certificates_unreadable);
    EXPECT_EQ(applied.error().message, words);
    EXPECT_EQ(context.store(), own);
  }
  EXPECT_TRUE(trusted.apply(context.raw(), in_file(authority.file())).has_value());
  EXPECT_TRUE(context.trusts(authority));
}

// The context of another copy of OpenSSL has another method.
TEST(TrustedStoreTest, RefusesAContextThatIsNotOfThisOpenssl) {
  const TestCertificate authority;
  TrustedStore trusted;
  const Context context(TLS_server_method());
  const auto applied = trusted.apply(context.raw(), in_file(authority.file()));
  ASSERT_FALSE(applied.has_value());
  EXPECT_EQ(applied.error().code, ErrorCode::certificates_unreadable);
  EXPECT_FALSE(context.trusts(authority));
}

}  // namespace
}  // namespace paceline::http::curl
