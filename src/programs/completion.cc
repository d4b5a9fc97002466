#include <programs/completion.h>

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <utility>

#include <programs/help.h>

namespace paceline::programs {
namespace {

/// A flag as a shell completes it.
struct Flag {
  /// With its dashes.
  std::string name;
  std::string words;
  bool takes_value = false;
  bool takes_file = false;
  std::vector<std::string> choices;
};

/// The first sentence without what only a reader of the whole help understands.
std::string first_sentence(const std::string& description) {
  std::string words = description.substr(0, description.find(". "));
  words = words.substr(0, words.find(", such as"));
  return words.substr(0, words.find(" ["));
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(separator));
    parts.emplace_back(part);
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
  return parts;
}

/// `value`: the flag's placeholder or its choices; empty: the flag is a switch.
Flag flag_of(std::string name, const std::string& value, const std::string& description) {
  Flag flag{std::move(name), first_sentence(description), !value.empty(), false, {}};
  flag.takes_file = value.find("FILE") != std::string::npos || value == "PATH";
  if (value.find('|') != std::string::npos) flag.choices = split(value, '|');
  return flag;
}

std::vector<Flag> flags_of(const CLI::App& app, std::span<const BenchmarkFlag> more) {
  std::vector<Flag> flags;
  for (const CLI::Option* option : app.get_options()) {
    const std::string value = option->get_items_expected_max() > 0 ? placeholder_of(*option) : "";
    for (const std::string& name : option->get_lnames()) {
      flags.push_back(flag_of("--" + name, value, option->get_description()));
    }
  }
  for (const BenchmarkFlag& flag : more) {
    flags.push_back(
        flag_of(std::string(flag.name), std::string(flag.value), std::string(flag.words)));
  }
  return flags;
}

/// A name for shell functions.
std::string identifier_of(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](unsigned char letter) { return std::isalnum(letter) == 0; },
      '_');
  return "_" + name;
}

/// Quoted for a shell.
std::string in_quotes(const std::string& text) {
  std::string out = "'";
  for (const char letter : text) out += letter == '\'' ? R"('\'')" : std::string(1, letter);
  return out + "'";
}

std::string bash_script(const std::string& program, const std::vector<Flag>& flags) {
  std::string names;
  std::string cases;
  for (const Flag& flag : flags) {
    names += fmt::format(" {}{}", flag.name, flag.takes_value ? "=" : "");
    if (!flag.choices.empty()) {
      cases += fmt::format("    {}) values=\"{}\" ;;\n", flag.name, fmt::join(flag.choices, " "));
    } else if (flag.takes_file) {
      cases += fmt::format("    {}) files=yes ;;\n", flag.name);
    }
  }
  constexpr std::string_view script = R"(# bash completion of {0}
{1}() {{
  local line=${{COMP_LINE:0:COMP_POINT}} word flag value values='' files=''
  word=${{line##*[[:space:]]}}
  COMPREPLY=()
  if [[ $word != --*=* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "{2}" -- "$word")
    [[ ${{COMPREPLY[0]-}} == *= ]] && compopt -o nospace 2>/dev/null
    return 0
  fi
  flag=${{word%%=*}}
  value=${{word#*=}}
  case $flag in
{3}  esac
  if [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$value")
  elif [[ -n $values ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$values" -- "$value")
  fi
}}
complete -F {1} {0}
)";
  return fmt::format(script, program, identifier_of(program), names.substr(1), cases);
}

/// The text without the letters that have a meaning in a specification of zsh's _arguments.
std::string in_zsh(const std::string& text) {
  std::string out;
  for (const char letter : text) {
    if (letter == '[' || letter == ']' || letter == ':' || letter == '\\') out += '\\';
    out += letter;
  }
  return out;
}

std::string zsh_script(const std::string& program, const std::vector<Flag>& flags) {
  std::string specifications;
  for (const Flag& flag : flags) {
    std::string action;
    if (!flag.choices.empty()) {
      action = fmt::format(":value:({})", fmt::join(flag.choices, " "));
    } else if (flag.takes_file) {
      action = ":file:_files";
    } else if (flag.takes_value) {
      action = ":value: ";
    }
    const std::string words = flag.words.empty() ? "" : '[' + in_zsh(flag.words) + ']';
    specifications += fmt::format(
        " \\\n    {}", in_quotes(flag.name + (flag.takes_value ? "=" : "") + words + action));
  }
  return fmt::format(R"(#compdef {0}
# zsh completion of {0}
{1}() {{
  _arguments{2}
}}
if [[ $funcstack[1] == {1} ]]; then
  {1} "$@"
else
  compdef {1} {0}
fi
)",
                     program, identifier_of(program), specifications);
}

std::string fish_script(const std::string& program, const std::vector<Flag>& flags) {
  std::string script = fmt::format("# fish completion of {0}\ncomplete -c {0} -f\n", program);
  for (const Flag& flag : flags) {
    script += fmt::format("complete -c {} -l {}", program, flag.name.substr(2));
    if (!flag.choices.empty()) {
      script +=
          fmt::format(" -x -a {}", in_quotes(fmt::format("{}", fmt::join(flag.choices, " "))));
    } else if (flag.takes_file) {
      script += " -r -F";
    } else if (flag.takes_value) {
      script += " -x";
    }
    if (!flag.words.empty()) script += " -d " + in_quotes(flag.words);
    script += '\n';
  }
  return script;
}

}  // namespace

std::optional<std::string> completion_shell(const std::vector<std::string>& arguments) {
  constexpr std::string_view name = "--completion=";
  for (const std::string& argument : arguments) {
    if (argument.starts_with(name)) return argument.substr(name.size());
  }
  return std::nullopt;
}

Result<std::string> completion_script(const CLI::App& app, std::span<const BenchmarkFlag> more,
                                      std::string_view shell) {
  const std::vector<Flag> flags = flags_of(app, more);
  const std::string program = app.get_name();
  if (shell == "bash") return bash_script(program, flags);
  if (shell == "zsh") return zsh_script(program, flags);
  if (shell == "fish") return fish_script(program, flags);
  return fail(ErrorCode::invalid_value, "--completion takes bash, zsh or fish");
}

}  // namespace paceline::programs
