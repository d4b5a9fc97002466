#include <paceline/workload/format_checker.h>

#include <sched.h>

#include <nlohmann/json.hpp>
#include <utility>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include <paceline/api/json_reader.h>

namespace paceline::workload {
namespace {

constexpr std::size_t most_waiting = std::size_t{64} << 20U;

/// Lets the calling thread run only while a core is idle.
void give_way() {
  const sched_param none{};
  sched_setscheduler(0, SCHED_IDLE, &none);
}

}  // namespace

struct JsonSchema::Parts {
  /// The schema refers to this document.
  nlohmann::json document;
  valijson::Schema schema;
};

JsonSchema::JsonSchema(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
JsonSchema::JsonSchema(JsonSchema&&) noexcept = default;
JsonSchema& JsonSchema::operator=(JsonSchema&&) noexcept = default;
JsonSchema::~JsonSchema() = default;

Result<JsonSchema> JsonSchema::parse(const api::Json& schema) {
  auto parts = std::make_unique<Parts>();
  try {
    parts->document = nlohmann::json::parse(schema.dump());
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(parts->document), parts->schema);
  } catch (const std::exception& error) {
    return fail(ErrorCode::invalid_value,
                std::string("not a JSON schema that can be checked: ") + error.what());
  }
  return JsonSchema(std::move(parts));
}

bool JsonSchema::accepts(const std::string& text) const {
  constexpr bool throws = false;
  const nlohmann::json value = nlohmann::json::parse(text, nullptr, throws);
  if (value.is_discarded()) return false;
  valijson::Validator validator;
  try {
    return validator.validate(parts_->schema, valijson::adapters::NlohmannJsonAdapter(value),
                              nullptr);
  } catch (const std::exception&) {
    // A pattern that takes too many steps.
    return false;
  }
}

bool has_format(const Outcome& outcome) {
  return !outcome.failure && outcome.finish != Finish::tool_calls;
}

FormatChecker::FormatChecker(const api::GenerationForm& form, const api::ResponseFormat& format)
    : form_(form) {
  if (format.schema) {
    auto schema = JsonSchema::parse(*format.schema);
    if (schema) schema_ = std::move(*schema);
  }
  thread_ = std::thread([this] {
    give_way();
    work();
  });
}

FormatChecker::~FormatChecker() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void FormatChecker::check(std::string response) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_bytes_ + response.size() > most_waiting) return;
    waiting_bytes_ += response.size();
    waiting_.push_back(std::move(response));
  }
  changed_.notify_all();
}

FormatChecks FormatChecker::finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.empty() && !is_checking_; });
  return std::exchange(checks_, {});
}

void FormatChecker::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ends_ || !waiting_.empty(); });
    if (ends_) return;
    const std::string response = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= response.size();
    is_checking_ = true;
    lock.unlock();
    const bool valid = is_valid(response);
    lock.lock();
    is_checking_ = false;
    ++checks_.checked;
    if (valid) ++checks_.valid;
    if (waiting_.empty()) changed_.notify_all();
  }
}

bool FormatChecker::is_valid(const std::string& response) {
  api::JsonReader reader;
  std::string json = response;
  simdjson::dom::element root;
  if (reader.parse(json).get(root) != simdjson::SUCCESS) return false;
  const std::string text = form_.text_of(root);
  if (schema_) return schema_->accepts(text);
  constexpr bool throws = false;
  return nlohmann::json::parse(text, nullptr, throws).is_object();
}

}  // namespace paceline::workload
