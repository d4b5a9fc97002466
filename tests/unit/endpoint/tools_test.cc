#include <endpoint/tools.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>

namespace paceline::endpoint {
namespace {

namespace dom = simdjson::dom;

constexpr const char* chat_tools =
    R"("tools":[{"type":"function","function":{"name":"a","parameters":{"type":"object",)"
    R"("properties":{"x":{"type":"integer"}},"required":["x"]}}},)"
    R"({"type":"web_search"},{"type":"function","function":{"name":"b"}}])";
constexpr const char* flat_tools =
    R"("tools":[{"type":"function","name":"a","parameters":{"type":"object"}},)"
    R"({"type":"function","name":"b"},{"type":"web_search"}])";
constexpr const char* message_tools =
    R"("tools":[{"name":"a","input_schema":{"type":"object"}},{"type":"custom","name":"b"},)"
    R"({"type":"bash_20250124","name":"bash"}])";

class ToolsTest : public testing::Test {
 protected:
  /// The name of the called tool, "" for words, or an error's message.
  std::string called(const std::string& members, ToolForm form = ToolForm::chat) {
    dom::element body;
    const std::string text = "{" + members + "}";
    EXPECT_EQ(parser_.parse(text).get(body), simdjson::SUCCESS) << text;
    const auto call = chooser_.choose(body, form);
    if (!call) {
      error_ = call.error();
      return call.error().message;
    }
    arguments_ = *call ? (*call)->arguments.text : "";
    return *call ? (*call)->name : "";
  }
  std::string called_with(const std::string& choice) {
    return called(std::string(chat_tools) + ",\"tool_choice\":" + choice);
  }

  ToolChooser chooser_{0, 1};
  std::string arguments_;
  std::optional<ApiError> error_;

 private:
  dom::parser parser_;
};

TEST_F(ToolsTest, AreCalledWhereTheChoiceDemandsIt) {
  EXPECT_EQ(called(chat_tools), "");
  EXPECT_EQ(called_with(R"("auto")"), "");
  EXPECT_EQ(called_with(R"("none")"), "");
  EXPECT_EQ(called_with(R"({"type":"allowed_tools","allowed_tools":{}})"), "");
  EXPECT_EQ(called_with(R"("required")"), "a");
  EXPECT_EQ(arguments_, R"({"x":0})");
  EXPECT_EQ(called_with(R"("required")"), "b");
  EXPECT_EQ(arguments_, "{}");
  EXPECT_EQ(called_with(R"("required")"), "a");
  EXPECT_EQ(called_with(R"({"type":"function","function":{"name":"b"}})"), "b");
  EXPECT_EQ(called(R"("tools":[],"tool_choice":"required")"), "");
  EXPECT_EQ(called(R"("tools":null,"tool_choice":null)"), "");
}

TEST_F(ToolsTest, HaveTheFormOfEachApi) {
  const auto with = [this](const char* tools, const char* choice, ToolForm form) {
    return called(std::string(tools) + ",\"tool_choice\":" + choice, form);
  };
  EXPECT_EQ(with(flat_tools, R"("required")", ToolForm::responses), "a");
  EXPECT_EQ(with(flat_tools, R"({"type":"function","name":"b"})", ToolForm::responses), "b");
  EXPECT_EQ(with(flat_tools, R"({"type":"web_search"})", ToolForm::responses), "");
  EXPECT_EQ(with(message_tools, R"({"type":"any"})", ToolForm::messages), "b");
  EXPECT_EQ(with(message_tools, R"({"type":"tool","name":"a"})", ToolForm::messages), "a");
  EXPECT_EQ(with(message_tools, R"({"type":"auto"})", ToolForm::messages), "");
  EXPECT_EQ(with(message_tools, R"({"type":"none"})", ToolForm::messages), "");
}

TEST_F(ToolsTest, AreCalledByAShareWithoutDemand) {
  chooser_ = ToolChooser(0.3, 7);
  int calls = 0;
  for (int i = 0; i < 1'000; ++i) calls += called(chat_tools).empty() ? 0 : 1;
  EXPECT_GT(calls, 250);
  EXPECT_LT(calls, 350);
  EXPECT_EQ(called_with(R"("none")"), "");
  chooser_ = ToolChooser(1, 7);
  EXPECT_EQ(called_with(R"("auto")"), "a");
}

TEST_F(ToolsTest, AreRefusedAsTheRealApiDoes) {
  EXPECT_EQ(called(R"("tool_choice":"auto")"),
            "'tool_choice' is only allowed when 'tools' are specified.");
  EXPECT_EQ(error_->param, "tool_choice");
  EXPECT_EQ(called_with(R"({"type":"function","function":{"name":"c"}})"),
            "Tool choice 'c' not found in 'tools' parameter.");
  for (const char* choice : {R"("all")", "1", "{}", R"({"type":"function"})"}) {
    EXPECT_TRUE(called_with(choice).starts_with("Invalid value for 'tool_choice'")) << choice;
    EXPECT_EQ(error_->code, "invalid_value");
  }
  for (const char* tools :
       {R"({})", "[1]", R"([{"type":"function"}])", R"([{"type":"function","function":{}}])"}) {
    EXPECT_TRUE(called(std::string(R"("tools":)") + tools).starts_with("Invalid type for 'tools'"))
        << tools;
    EXPECT_EQ(error_->param, "tools");
  }
  const char* unknown =
      R"("tool_choice":"required","tools":[{"type":"function","function":{"name":"a",)"
      R"("parameters":{"not":{}}}}])";
  EXPECT_EQ(called(unknown),
            "The endpoint cannot make arguments for the tool 'a': 'not' is not supported.");
  EXPECT_EQ(error_->code, "invalid_function_parameters");
}

}  // namespace
}  // namespace paceline::endpoint
