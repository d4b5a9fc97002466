#include <gtest/gtest.h>
#include <programs/options.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace paceline::programs {
namespace {

using namespace std::chrono_literals;

Options parsed_options(const std::string& flags) {
  CLI::App app;
  Options options;
  add_flags(app, options);
  app.parse(flags);
  return options;
}

TEST(OptionsTest, ReadsWhatIsGivenAndLeavesTheRest) {
  const Options options = parsed_options(
      "--paceline_url=https://host/v1 --paceline_precision=spin --paceline_arrivals=poisson "
      "--paceline_timeout=1.5s --paceline_warmup=7");
  EXPECT_EQ(options.urls, std::vector<std::string>{"https://host/v1"});
  EXPECT_EQ(options.precision, Precision::spin);
  EXPECT_EQ(options.arrivals.burstiness, 1);
  EXPECT_EQ(options.timeout, 1'500ms);
  EXPECT_EQ(options.warmup, 7U);
  EXPECT_EQ(options.endpoint.latency, 50ms);
}

TEST(OptionsTest, TheBurstinessIsOfGammaArrivals) {
  const auto burstiness = [](const std::string& flags) {
    return parsed_options(flags).arrivals.burstiness;
  };
  EXPECT_EQ(burstiness(""), 0);
  EXPECT_EQ(burstiness("--paceline_arrivals=gamma"), 2);
  EXPECT_EQ(burstiness("--paceline_burstiness=0.5 --paceline_arrivals=gamma"), 0.5);
  EXPECT_THROW(burstiness("--paceline_burstiness=0.5"), CLI::ValidationError);
  EXPECT_THROW(burstiness("--paceline_burstiness=2 --paceline_arrivals=poisson"),
               CLI::ValidationError);
  EXPECT_THROW(burstiness("--paceline_arrivals=gamma --paceline_burstiness=0"),
               CLI::ValidationError);
}

TEST(OptionsTest, ACancellationHasAShareAndATime) {
  EXPECT_FALSE(parsed_options("").cancellation);
  for (const char* value : {"0.1@500ms", "10%@500ms", "10%@499.5ms", "10%@0.5s"}) {
    const Options options = parsed_options(std::string("--paceline_cancel=") + value);
    ASSERT_TRUE(options.cancellation) << value;
    EXPECT_EQ(options.cancellation->share, 0.1) << value;
    EXPECT_EQ(options.cancellation->after, 500ms) << value;
  }
  for (const char* value : {"", "0.1", "0@1s", "2@1s", "0.1@", "0.1@0s", "0.1@1s@1s", "0.1@60s"}) {
    EXPECT_THROW(parsed_options(std::string("--paceline_cancel=") + value), CLI::ParseError)
        << value;
  }
  EXPECT_THROW(parsed_options("--paceline_cancel=0.1@2s --paceline_timeout=2s"), CLI::ParseError);
  EXPECT_TRUE(parsed_options("--paceline_cancel=0.1@2s --paceline_timeout=3s").cancellation);
}

TEST(OptionsTest, ASizeHasAUnit) {
  const auto memory = [](const std::string& size) {
    return parsed_options("--paceline_memory=" + size).connection.memory;
  };
  EXPECT_EQ(memory("1000000"), 1'000'000U);
  EXPECT_EQ(memory("500MB"), 500'000'000U);
  EXPECT_EQ(memory("2GiB"), 2U << 30U);
  EXPECT_EQ(memory("1.5k"), 1'500U);
  EXPECT_EQ(parsed_options("--paceline_max_response=1mib").connection.max_response, 1U << 20U);
  for (const char* wrong : {"", "0", "-1", "nan", "inf", "1XB", "MB", "1e99", "99999999999TB"}) {
    EXPECT_THROW(memory(wrong), CLI::ParseError) << wrong;
  }
  EXPECT_EQ(parsed_options("--paceline_dns_ttl=5s").dns_ttl, 5s);
}

Options options_of(std::vector<std::string> arguments) {
  CLI::App app;
  Options options;
  add_flags(app, options);
  std::reverse(arguments.begin(), arguments.end());
  app.parse(std::move(arguments));
  return options;
}

TEST(OptionsTest, HeadersAreRepeated) {
  EXPECT_EQ(options_of({"--paceline_header=x: 1", "--paceline_header", "y: env:HOME"}).headers,
            (std::vector<std::string>{"x: 1", "y: env:HOME"}));
  for (const char* bad : {"--paceline_header=x", "--paceline_header=Content-Length: 1"}) {
    EXPECT_THROW(options_of({bad}), CLI::ValidationError) << bad;
  }
}

TEST(OptionsTest, UrlsAreRepeated) {
  EXPECT_EQ(options_of({"--paceline_url=http://a/v1", "--paceline_url", "http://b/v1"}).urls,
            (std::vector<std::string>{"http://a/v1", "http://b/v1"}));
  EXPECT_THROW(options_of({"--paceline_url=http://a/v1", "--paceline_url=b"}),
               CLI::ValidationError);
}

TEST(OptionsTest, ABodyIsAnObjectOrAFileWithOne) {
  EXPECT_EQ(options_of({R"(--paceline_body={"a":1})"}).body_patch, R"({"a":1})");
  const std::string file = testing::TempDir() + "body-" + std::to_string(getpid()) + ".json";
  std::ofstream(file) << R"({"b":2})";
  EXPECT_EQ(options_of({"--paceline_body=@" + file}).body_patch, R"({"b":2})");
  std::remove(file.c_str());
  for (const char* bad : {"--paceline_body=[]", "--paceline_body=@/no/such/file",
                          R"(--paceline_body={"stream":true})"}) {
    EXPECT_THROW(options_of({bad}), CLI::ValidationError) << bad;
  }
}

TEST(OptionsTest, CountersOfPartsAreChosen) {
  const auto by = parsed_options("--paceline_by=model,status").by;
  EXPECT_TRUE(by.model);
  EXPECT_FALSE(by.url);
  EXPECT_TRUE(by.status);
}

TEST(OptionsTest, ReuseIsOnUnlessItIsOff) {
  EXPECT_TRUE(parsed_options("").connection.reuses);
  EXPECT_FALSE(parsed_options("--paceline_reuse=off").connection.reuses);
}

TEST(OptionsTest, AddressesOfHostsAreRepeated) {
  const auto hosts = options_of({"--paceline_resolve=a.test:80:10.0.0.1,[::1]",
                                 "--paceline_resolve", "b.test:443:10.0.0.2"})
                         .connection.host_addresses;
  ASSERT_EQ(hosts.size(), 2U);
  EXPECT_EQ(hosts[0].addresses, (std::vector<std::string>{"10.0.0.1", "::1"}));
  EXPECT_EQ(hosts[1].host, "b.test");
  EXPECT_THROW(options_of({"--paceline_resolve=a.test:80"}), CLI::ValidationError);
  EXPECT_THROW(options_of({"--paceline_resolve=a:80:1.2.3.4", "--paceline_resolve=a:80:::1"}),
               CLI::ValidationError);
}

TEST(OptionsTest, InterfacesAreAList) {
  EXPECT_EQ(parsed_options("").connection.interfaces, std::vector<std::string>{});
  EXPECT_EQ(parsed_options("--paceline_interface=10.0.0.7,::1,eth1").connection.interfaces,
            (std::vector<std::string>{"10.0.0.7", "::1", "eth1"}));
}

TEST(OptionsTest, ASocketHasAPath) {
  EXPECT_EQ(parsed_options("--paceline_unix_socket=/run/a.sock").connection.unix_socket,
            "/run/a.sock");
  EXPECT_THROW(options_of({"--paceline_unix_socket="}), CLI::ParseError);
  EXPECT_THROW(options_of({"--paceline_unix_socket=/" + std::string(107, 'x')}),
               CLI::ValidationError);
}

TEST(OptionsTest, RefusesWhatMakesNoSense) {
  EXPECT_THROW(parsed_options("--paceline_reuse=no"), CLI::ValidationError);
  EXPECT_THROW(parsed_options("--paceline_timeout=0"), CLI::ValidationError);
  EXPECT_THROW(parsed_options("--paceline_timeout=soon"), CLI::ValidationError);
  EXPECT_THROW(parsed_options("--paceline_rows=p50,p95"), CLI::ValidationError);
  EXPECT_THROW(parsed_options("--paceline_by=model,host"), CLI::ValidationError);
  EXPECT_THROW(parsed_options("--paceline_url=host/v1"), CLI::ValidationError);
  EXPECT_THROW(parsed_options("--paceline_warmup=-1"), CLI::ParseError);
}

}  // namespace
}  // namespace paceline::programs
