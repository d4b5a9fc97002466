#include <gtest/gtest.h>
#include <paceline/gbench/display/run_display.h>

#include <string>

namespace paceline::gbench::display {
namespace {

TEST(RunDisplayTest, TheContextIsTwoLines) {
  gbench::Context context({});
  gbench::Facts& facts = context.facts();
  facts.add("paceline", "1.0 (abc)");
  facts.add("host", "api.example.com");
  facts.add("libcurl", "8.0");
  facts.add("transport", "direct");
  benchmark::BenchmarkReporter::Context machine;
  EXPECT_EQ(context_lines(context, machine).front(),
            "paceline 1.0 -> api.example.com: libcurl 8.0, transport direct");
  facts.add("model", "gpt");
  facts.add("http", "HTTP/1.1");
  facts.add("tls", "none");
  const auto lines = context_lines(context, machine);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0],
            "paceline 1.0 -> api.example.com, gpt: HTTP/1.1, libcurl 8.0, "
            "transport direct");
  for (const std::string& line : lines) EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_NE(lines[1].find(std::to_string(machine.cpu_info.num_cpus) + " CPU"), std::string::npos);
}

}  // namespace
}  // namespace paceline::gbench::display
