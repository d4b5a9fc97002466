#include <gtest/gtest.h>
#include <paceline/http/authorities.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace paceline::http {
namespace {

/// A system's root folder with the files of a test.
class AuthoritiesTest : public testing::Test {
 protected:
  AuthoritiesTest() {
    std::string name = testing::TempDir() + "authorities-XXXXXX";
    root_ = mkdtemp(name.data());
  }
  ~AuthoritiesTest() override { std::filesystem::remove_all(root_); }

  /// Writes a file below the root and returns its path.
  std::string write(const std::string& name, const std::string& content = "a certificate") const {
    const std::filesystem::path path = root_ + name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << content;
    return path;
  }

  AuthorityPlaces places() const { return {.root = root_}; }

  std::string root_;
};

void expect_file(const Authorities& found, const std::string& file, AuthoritySource source) {
  EXPECT_EQ(found.file, file);
  EXPECT_EQ(found.folder, "");
  EXPECT_EQ(found.source, source);
}

TEST_F(AuthoritiesTest, TheUsualFilesOfDistributions) {
  for (const std::string name :
       {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem",
        "/var/lib/ca-certificates/ca-bundle.pem", "/etc/ssl/cert.pem"}) {
    const std::string path = write(name);
    const Authorities found = find_authorities(places());
    expect_file(found, path, AuthoritySource::system);
    EXPECT_EQ(found.text(), path + " (found on this system)");
    std::filesystem::remove(path);
  }
}

TEST_F(AuthoritiesTest, TheVariableComesFirstEvenIfItsFileDoesNotExist) {
  write("/etc/ssl/cert.pem");
  AuthorityPlaces asked = places();
  asked.libcurl_file = write("/libcurl.pem");
  asked.environment_file = "/does/not/exist.pem";
  expect_file(find_authorities(asked), "/does/not/exist.pem", AuthoritySource::environment);
}

TEST_F(AuthoritiesTest, LibcurlsFileComesBeforeTheSystems) {
  const std::string systems = write("/etc/ssl/cert.pem");
  AuthorityPlaces asked = places();
  asked.libcurl_file = write("/libcurl.pem");
  expect_file(find_authorities(asked), asked.libcurl_file, AuthoritySource::libcurl);
  std::filesystem::remove(asked.libcurl_file);
  expect_file(find_authorities(asked), systems, AuthoritySource::system);
}

TEST_F(AuthoritiesTest, AnEmptyFileHasNoAuthorities) {
  write("/etc/ssl/certs/ca-certificates.crt", "");
  const std::string other = write("/etc/ssl/cert.pem");
  expect_file(find_authorities(places()), other, AuthoritySource::system);
}

TEST_F(AuthoritiesTest, AFolderNeedsHashes) {
  write("/etc/ssl/certs/authority.pem");
  AuthorityPlaces asked = places();
  asked.libcurl_folder = root_ + "/etc/ssl/certs";
  EXPECT_EQ(find_authorities(asked).source, AuthoritySource::none);
  write("/etc/pki/tls/certs/0a775a30.0");
  const Authorities systems = find_authorities(asked);
  EXPECT_EQ(systems.folder, root_ + "/etc/pki/tls/certs");
  EXPECT_EQ(systems.file, "");
  EXPECT_EQ(systems.source, AuthoritySource::system);
  write("/etc/ssl/certs/0a775a30.0");
  const Authorities libcurls = find_authorities(asked);
  EXPECT_EQ(libcurls.folder, asked.libcurl_folder);
  EXPECT_EQ(libcurls.source, AuthoritySource::libcurl);
}

TEST_F(AuthoritiesTest, TheFallbackComesLast) {
  AuthorityPlaces asked = places();
  asked.fallback_file = write("/certifi/cacert.pem");
  expect_file(find_authorities(asked), asked.fallback_file, AuthoritySource::fallback);
  const std::string systems = write("/etc/ssl/cert.pem");
  expect_file(find_authorities(asked), systems, AuthoritySource::system);
}

TEST_F(AuthoritiesTest, ASystemWithoutAuthorities) {
  AuthorityPlaces asked = places();
  asked.fallback_file = root_ + "/missing.pem";
  const Authorities found = find_authorities(asked);
  expect_file(found, "", AuthoritySource::none);
  EXPECT_EQ(found.text(), "none found");
}

TEST_F(AuthoritiesTest, TheOptionsComeBeforeAllPlaces) {
  const ConnectionOptions options{.ca_file = "/mine.pem"};
  const Authorities found = authorities_of(options);
  expect_file(found, "/mine.pem", AuthoritySource::options);
  EXPECT_EQ(found.text(), "/mine.pem (given)");
}

}  // namespace
}  // namespace paceline::http
