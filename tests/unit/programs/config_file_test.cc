#include <gtest/gtest.h>
#include <programs/arguments.h>
#include <programs/config_file.h>
#include <programs/flags.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

namespace paceline::programs {
namespace {

using Texts = std::vector<std::string>;

class ConfigFileTest : public testing::Test {
 protected:
  ConfigFileTest() : file_(testing::TempDir() + "config-" + std::to_string(getpid()) + ".toml") {}
  ~ConfigFileTest() override { std::remove(file_.c_str()); }

  /// Parses the file and further arguments. Returns the error's sentence without the file's folder;
  /// empty: none.
  std::string parse(const std::string& toml, Texts arguments = {}) {
    std::ofstream(file_) << toml;
    CLI::App app;
    app.allow_extras();
    app.option_defaults()->take_last();
    add_list_flag(app, "--p_rpm", rpm, 0, 100'000, "");
    app.add_option("--p_header", headers)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false);
    app.add_option("--p_system", system);
    app.add_option("--p_endpoint_latency", latency);
    add_number_flag(app, "--p_share", share, 0.0, 1.0, "");
    app.add_flag("--p_log{true}", is_logged);
    app.add_option("--languages", languages);
    add_config_flag(app, "--p_config", "--p_", [this](const std::string& text) { seen += text; });
    arguments.push_back("--p_config=" + file_);
    std::reverse(arguments.begin(), arguments.end());
    try {
      app.parse(std::move(arguments));
    } catch (const CLI::ParseError& error) {
      std::string sentence = sentence_of(app, error);
      const std::size_t at = sentence.find(file_);
      return at == std::string::npos ? sentence : sentence.replace(at, file_.size(), "FILE");
    }
    return {};
  }

  std::string file_;
  std::vector<std::int64_t> rpm;
  Texts headers;
  std::string system;
  std::string latency;
  double share = 0;
  bool is_logged = false;
  std::string languages;
  std::string seen;
};

TEST_F(ConfigFileTest, KeysAreFlagsWithoutThePrefix) {
  EXPECT_EQ(parse("rpm = [60, 6000]  # two rates\n"
                  "header = ['x: 1, 2', \"y: #\\\"\"]\n"
                  "system = '''\nBe brief.\nSentence #{n}.'''\n"
                  "share = 0.25\nlog = true\nlanguages = 'de'\n"
                  "[endpoint]\nlatency = '5ms'\n"),
            "");
  EXPECT_EQ(rpm, (std::vector<std::int64_t>{60, 6000}));
  EXPECT_EQ(headers, (Texts{"x: 1, 2", "y: #\""}));
  EXPECT_EQ(system, "Be brief.\nSentence #{n}.");
  EXPECT_EQ(latency, "5ms");
  EXPECT_EQ(share, 0.25);
  EXPECT_TRUE(is_logged);
  EXPECT_EQ(languages, "de");
}

TEST_F(ConfigFileTest, ANumberOrATextIsAListOfOne) {
  EXPECT_EQ(parse("rpm = 60\nheader = 'x: 1'"), "");
  EXPECT_EQ(rpm, (std::vector<std::int64_t>{60}));
  EXPECT_EQ(headers, (Texts{"x: 1"}));
  EXPECT_EQ(parse("rpm = '60,70'\nheader = []\nlog = false"), "");
  EXPECT_EQ(rpm, (std::vector<std::int64_t>{60, 70}));
  EXPECT_FALSE(is_logged);
}

TEST_F(ConfigFileTest, TheCommandLineWins) {
  EXPECT_EQ(parse("rpm = 60\nsystem = 'of the file'\nheader = ['x: 1', 'y: 1']\nlog = true",
                  {"--p_rpm=70,80", "--p_header=z: 1"}),
            "");
  EXPECT_EQ(rpm, (std::vector<std::int64_t>{70, 80}));
  EXPECT_EQ(headers, (Texts{"z: 1"}));
  EXPECT_EQ(system, "of the file");
  EXPECT_TRUE(is_logged);
}

TEST_F(ConfigFileTest, AnErrorNamesTheFileAndTheKey) {
  EXPECT_EQ(parse("rpm = 'fast'"),
            "FILE: rpm: 'fast' is not a whole number from 0 to 100000; see --help");
  EXPECT_EQ(parse("system = 'x'\nshare = 2"),
            "FILE: share: '2' is not a number from 0 to 1; see --help");
  EXPECT_EQ(parse("rmp = 6"), "FILE: unknown key rmp; did you mean rpm?");
  EXPECT_EQ(parse("p_rpm = 6"), "FILE: unknown key p_rpm; did you mean rpm?");
  EXPECT_EQ(parse("[endpoint]\nlatenzy = 6"),
            "FILE: unknown key endpoint.latenzy; did you mean endpoint_latency?");
  EXPECT_EQ(parse("config = 'x'"), "FILE: unknown key config; see --help");
  EXPECT_EQ(
      parse("benchmark_filter = 'x'"),
      "FILE: unknown key benchmark_filter; give Google Benchmark's flags on the command line");
  EXPECT_EQ(parse("log = 1"), "FILE: log: give true or false");
  EXPECT_EQ(parse("rpm = [[1]]"),
            "FILE: rpm: give a text, a number, true, false or an array of these");
  EXPECT_EQ(parse("endpoint_latency = '1ms'\n[endpoint]\nlatency = '2ms'"),
            "FILE: endpoint.latency and endpoint_latency are the same flag; give one");
}

TEST_F(ConfigFileTest, AnErrorOfTheCommandLineNamesTheFlag) {
  EXPECT_EQ(parse("rpm = 'fast'", {"--p_rpm=slow"}),
            "--p_rpm: 'slow' is not a whole number from 0 to 100000; see --help");
  EXPECT_EQ(parse("", {"--p_config=/no/such/file"}),
            "--p_config: File does not exist: /no/such/file; see --help");
}

TEST_F(ConfigFileTest, AFileThatIsNotTomlIsRefusedWithItsLine) {
  const std::string sentence = parse("rpm = 60\nsystem = \"x\n");
  EXPECT_TRUE(sentence.starts_with("FILE: line 2 is not TOML: ")) << sentence;
}

TEST_F(ConfigFileTest, TextsAreShownBeforeTheyAreRefused) {
  EXPECT_NE(parse("rpm = 'http://user:password@host'"), "");
  EXPECT_EQ(seen, "http://user:password@host");
}

}  // namespace
}  // namespace paceline::programs
