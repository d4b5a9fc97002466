#include <fmt/format.h>
#include <programs/arguments.h>
#include <programs/config_file.h>
#include <toml++/toml.h>

#include <CLI/CLI.hpp>
#include <istream>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace paceline::programs {
namespace {

bool is_switch(const CLI::Option& option) {
  return option.get_items_expected_max() == 0;
}

bool is_repeatable(const CLI::Option& option) {
  return option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
}

/// The texts of a value as the command line would have them; empty if the flag takes no such value.
std::vector<std::string> texts_of(const toml::node& value) {
  if (const auto* text = value.as_string()) return {text->get()};
  if (const auto* number = value.as_integer()) return {std::to_string(number->get())};
  if (const auto* number = value.as_floating_point()) return {fmt::format("{}", number->get())};
  if (const auto* truth = value.as_boolean()) return {truth->get() ? "true" : "false"};
  std::vector<std::string> texts;
  if (const auto* array = value.as_array()) {
    for (const toml::node& item : *array) {
      if (item.is_array()) return {};
      std::vector<std::string> one = texts_of(item);
      if (one.empty()) return {};
      texts.push_back(std::move(one.front()));
    }
  }
  return texts;
}

/// CLI11's own reader cuts a quoted text at # and reads a list as several values of one flag.
class ConfigFile : public CLI::Config {
 public:
  ConfigFile(CLI::App& app, std::string prefix, std::function<void(const std::string&)> on_text)
      : app_(app), prefix_(std::move(prefix)), on_text_(std::move(on_text)) {}

  std::string to_config(const CLI::App* /*app*/, bool /*with_defaults*/, bool /*with_help*/,
                        std::string /*prefix*/) const override {
    return {};
  }

  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    std::vector<CLI::ConfigItem> found;
    try {
      add(toml::parse(input), {}, {}, found);
    } catch (const toml::parse_error& error) {
      throw CLI::ConfigError(fmt::format("{}: line {} is not TOML: {}; correct the line", file(),
                                         error.source().begin.line, error.description()));
    }
    return found;
  }

  /// The sentence with the file and the key in place of the flag, if the file sets the flag.
  std::string with_key(std::string sentence) const {
    for (const auto& [flag, key] : set_) {
      if (!sentence.starts_with(flag + ": ")) continue;
      return fmt::format("{}: {}{}", file(), key, sentence.substr(flag.size()));
    }
    return sentence;
  }

 private:
  std::string file() const { return app_.get_config_ptr()->results().back(); }

  void add(const toml::table& table, const std::string& before, const std::string& path,
           std::vector<CLI::ConfigItem>& found) const {
    for (const auto& [key, value] : table) {
      const std::string name = before + std::string(key.str());
      const std::string whole = path + std::string(key.str());
      if (const auto* inner = value.as_table()) {
        add(*inner, name + '_', whole + '.', found);
        continue;
      }
      const CLI::Option& option = find(name, whole);
      CLI::ConfigItem item;
      item.name = option.get_lnames().front();
      item.inputs = inputs_of(option, whole, value);
      // An empty array repeats a flag no times.
      if (item.inputs.empty()) continue;
      if (!keys_.emplace(item.name, whole).second) {
        throw CLI::ConfigError(fmt::format("{}: {} and {} are the same flag; give one", file(),
                                           keys_[item.name], whole));
      }
      // CLI11 passes over flags that the command line has.
      if (option.count() == 0) set_["--" + item.name] = whole;
      found.push_back(std::move(item));
    }
  }

  const CLI::Option& find(const std::string& name, const std::string& key) const {
    const std::string own = prefix_.substr(2);
    const CLI::Option* option = app_.get_option_no_throw(prefix_ + name);
    if (option == nullptr && (own.empty() || !name.starts_with(own))) {
      option = app_.get_option_no_throw("--" + name);
    }
    if (option != nullptr && option->get_configurable()) return *option;
    throw CLI::ConfigError(fmt::format("{}: unknown key {}; {}", file(), key, remedy_for(name)));
  }

  std::string remedy_for(const std::string& name) const {
    if (name.starts_with("benchmark_")) {
      return "give Google Benchmark's flags on the command line";
    }
    const bool is_whole = prefix_.size() > 2 && name.starts_with(prefix_.substr(2));
    std::vector<std::string> known = names_of_flags(app_);
    std::erase_if(
        known, [&](const std::string& flag) { return !app_.get_option(flag)->get_configurable(); });
    std::string_view meant = nearest_flag((is_whole ? "--" : prefix_) + name, known);
    if (meant.empty()) return "see --help";
    meant.remove_prefix(meant.starts_with(prefix_) ? prefix_.size() : 2);
    return fmt::format("did you mean {}?", meant);
  }

  std::vector<std::string> inputs_of(const CLI::Option& option, const std::string& key,
                                     const toml::node& value) const {
    const auto refuse = [&](std::string_view what) {
      throw CLI::ConfigError(fmt::format("{}: {}: give {}", file(), key, what));
    };
    if (is_switch(option) && !value.is_boolean()) refuse("true or false");
    std::vector<std::string> texts = texts_of(value);
    const auto* array = value.as_array();
    if (texts.empty() && (array == nullptr || !array->empty())) {
      refuse("a text, a number, true, false or an array of these");
    }
    if (on_text_) {
      for (const std::string& text : texts) on_text_(text);
    }
    if (is_repeatable(option)) return texts;
    return {fmt::format("{}", fmt::join(texts, ","))};
  }

  CLI::App& app_;
  std::string prefix_;
  std::function<void(const std::string&)> on_text_;
  // from_config() is const for CLI11.
  /// The keys of the file by the names of their flags.
  mutable std::map<std::string, std::string> keys_;
  /// The keys that set a flag, by the flag with its dashes.
  mutable std::map<std::string, std::string> set_;
};

}  // namespace

void add_config_flag(CLI::App& app, const std::string& name, const std::string& prefix,
                     std::function<void(const std::string&)> on_text) {
  app.config_formatter(std::make_shared<ConfigFile>(app, prefix, std::move(on_text)));
  app.set_config(name, "",
                 fmt::format("TOML file with further flags, such as run.toml. A key is a flag's "
                             "name without {}; an array is a list, or repeats a flag. Flags of the "
                             "command line replace those of the file [none]",
                             prefix))
      ->check(CLI::ExistingFile)
      ->type_name("FILE.toml");
}

std::string sentence_of(const CLI::App& app, const CLI::ParseError& error) {
  const auto file = std::dynamic_pointer_cast<ConfigFile>(app.get_config_formatter());
  const std::string sentence = file ? file->with_key(error.what()) : error.what();
  // The file's own errors have their remedies.
  return error.get_name() == "ConfigError" ? sentence : sentence + "; see --help";
}

}  // namespace paceline::programs
