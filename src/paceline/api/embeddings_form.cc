#include <string_view>

#include <paceline/api/forms.h>
#include <paceline/api/json_reader.h>
#include <paceline/api/whole_response.h>

namespace paceline::api {
namespace {

class EmbeddingsForm : public ApiForm {
 public:
  std::string_view name() const override { return "embeddings"; }
  std::string_view path() const override { return "/embeddings"; }

  Outcome read_whole(simdjson::dom::element root) const override {
    simdjson::dom::array answers;
    if (!read_value(root["data"], answers) || answers.begin() == answers.end()) {
      return without_answers(root, "data");
    }
    if (const auto told = read_told_error(root)) return failed_by(*told);
    Outcome outcome;
    outcome.usage = read_usage(root);
    // Embeddings have no completion.
    if (outcome.usage && !outcome.usage->completion_tokens) outcome.usage->completion_tokens = 0;
    return outcome;
  }
};

}  // namespace

const ApiForm& embeddings_form() {
  static const EmbeddingsForm form;
  return form;
}

}  // namespace paceline::api
