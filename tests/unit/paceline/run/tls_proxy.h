#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

namespace paceline::run {

/// A program that a test starts, on this process's standard error and with more in its environment.
class Child {
 public:
  Child() = default;
  Child(std::vector<std::string> words, const std::vector<std::string>& more_environment) {
    std::vector<std::string> variables = more_environment;
    for (char** variable = environ; *variable != nullptr; ++variable) {
      variables.emplace_back(*variable);
    }
    auto arguments = pointers(words);
    auto environment = pointers(variables);
    const int error =
        posix_spawnp(&id_, arguments[0], nullptr, nullptr, arguments.data(), environment.data());
    EXPECT_EQ(error, 0) << words[0] << ": " << std::strerror(error)
                        << "; third_party/install test installs it";
    if (error != 0) id_ = 0;
  }
  ~Child() {
    if (id_ == 0) return;
    kill(id_, SIGTERM);
    wait();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Its exit code, -1 after a signal.
  int wait() {
    int status = 0;
    while (waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
  }

  pid_t id_ = 0;
};

/// Speaks HTTP/2 over TLS, which libmicrohttpd does not, and passes requests on to a port in
/// HTTP/1.1: nghttpx with a certificate of its own.
class TlsProxy {
 public:
  explicit TlsProxy(std::uint16_t backend)
      : folder_(make_folder()), listening_(listen_anywhere()), nghttpx_(words(backend), handed()) {
    close(listening_);
  }
  ~TlsProxy() { std::filesystem::remove_all(folder_); }
  TlsProxy(const TlsProxy&) = delete;
  TlsProxy& operator=(const TlsProxy&) = delete;

  std::string url() const { return "https://127.0.0.1:" + std::to_string(port_) + "/v1"; }
  std::string ca_file() const { return folder_ / "certificate.pem"; }

 private:
  static std::filesystem::path make_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "paceline-proxy-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    const std::filesystem::path folder = name;
    Child openssl({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                   "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-batch", "-subj",
                   "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                   folder / "key.pem", "-out", folder / "certificate.pem"},
                  {});
    EXPECT_EQ(openssl.wait(), 0);
    return folder;
  }

  // nghttpx wants to be told its port, and takes a socket that listens on it already as it does
  // from a process that it replaces: so the system may choose, and nobody comes between.
  int listen_anywhere() {
    const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(at);
    EXPECT_EQ(bind(descriptor, reinterpret_cast<const sockaddr*>(&at), size), 0);
    EXPECT_EQ(listen(descriptor, 512), 0);
    EXPECT_EQ(getsockname(descriptor, reinterpret_cast<sockaddr*>(&at), &size), 0);
    port_ = ntohs(at.sin_port);
    return descriptor;
  }
  std::vector<std::string> handed() const {
    return {"NGHTTPX_ACCEPT_1=tcp," + std::to_string(listening_)};
  }
  std::vector<std::string> words(std::uint16_t backend) const {
    return {"nghttpx",
            "--conf=/dev/null",
            "--single-process",
            "--no-ocsp",
            "--log-level=FATAL",
            "--errorlog-file=/dev/null",
            "--frontend=127.0.0.1," + std::to_string(port_),
            "--backend=127.0.0.1," + std::to_string(backend),
            "--backend-keep-alive-timeout=200ms",
            folder_ / "key.pem",
            folder_ / "certificate.pem"};
  }

  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  int listening_;
  Child nghttpx_;
};

}  // namespace paceline::run
