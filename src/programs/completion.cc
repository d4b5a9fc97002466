#include <programs/completion.h>

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include <paceline/text/strings.h>
#include <programs/arguments.h>
#include <programs/flags.h>
#include <programs/help.h>

namespace paceline::programs {
namespace {

/// A flag as a shell completes it.
struct Flag {
  /// With its dashes.
  std::string name;
  /// The flag's short form, such as "o"; may be empty.
  std::string letter;
  std::string words;
  bool takes_value = false;
  bool takes_file = false;
  std::vector<std::string> choices;
};

/// What completes a program.
struct Program {
  std::string name;
  std::vector<Flag> flags;
  /// Whether the program takes files without a flag.
  bool takes_files = false;
};

/// The first words, up to the details that only a reader of the whole help needs.
std::string first_words(const std::string& description) {
  std::size_t end = description.size();
  for (const char* details : {". ", "; ", ": ", ", such as", " such as", " ["}) {
    end = std::min(end, description.find(details));
  }
  return description.substr(0, end);
}

/// `value`: the flag's placeholder or its choices; empty: the flag is a switch.
Flag flag_of(std::string name, const std::string& value, const std::string& description) {
  Flag flag{std::move(name), "", first_words(description), !value.empty(), false, {}};
  flag.takes_file = value.find("FILE") != std::string::npos || value == "PATH";
  if (value.find('|') != std::string::npos) flag.choices = split_list(value, '|');
  return flag;
}

Program program_of(const CLI::App& app, std::span<const OtherFlag> more) {
  Program program{app.get_name(), {}, false};
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) program.takes_files = true;
    const std::string value = option->get_items_expected_max() > 0 ? placeholder_of(*option) : "";
    for (const std::string& name : option->get_lnames()) {
      Flag flag = flag_of("--" + name, value, option->get_description());
      if (!option->get_snames().empty()) flag.letter = option->get_snames().front();
      program.flags.push_back(std::move(flag));
    }
  }
  for (const OtherFlag& flag : more) {
    program.flags.push_back(
        flag_of(std::string(flag.name), std::string(flag.value), std::string(flag.words)));
  }
  return program;
}

/// A name for shell functions.
std::string identifier_of(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](char letter) { return !text::is_alphanumeric(letter); }, '_');
  return "_" + name;
}

std::string bash_script(const Program& program) {
  std::string names;
  std::string cases;
  for (const Flag& flag : program.flags) {
    names += fmt::format(" {}{}", flag.name, flag.takes_value ? "=" : "");
    if (!flag.choices.empty()) {
      cases += fmt::format("      {}) values={} ;;\n", flag.name,
                           text::in_single_quotes(fmt::format("{}", fmt::join(flag.choices, " "))));
    } else if (flag.takes_file) {
      cases += fmt::format("      {}) files=yes ;;\n", flag.name);
    }
  }
  constexpr std::string_view script = R"(# bash completion of {0}
{1}() {{
  local line=${{COMP_LINE:0:COMP_POINT}} word value flag='' values='' files='' before=''
  word=${{line##*[[:space:]]}}
  value=$word
  COMPREPLY=()
  if [[ $word == --*=* ]]; then
    flag=${{word%%=*}}
    value=${{word#*=}}
    # Readline replaces the text behind the last of these letters.
    [[ $COMP_WORDBREAKS == *=* ]] || before=$flag=
    case $flag in
{2}    esac
{3}  fi
  if [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -P "$before" -f -- "$value")
  elif [[ -n $values ]]; then
    mapfile -t COMPREPLY < <(compgen -P "$before" -W "$values" -- "$value")
  fi
  if [[ ${{COMPREPLY[0]-}} == *= ]]; then
    compopt -o nospace 2>/dev/null
  fi
  return 0
}}
complete -F {1} {4}
)";
  const std::string all = fmt::format("    values={}\n", text::in_single_quotes(names.substr(1)));
  const std::string without_value =
      program.takes_files ? "  elif [[ $word == -* ]]; then\n" + all + "  else\n    files=yes\n"
                          : "  else\n" + all;
  return fmt::format(script, program.name, identifier_of(program.name), cases, without_value,
                     text::shell_word(program.name));
}

/// The text with the letters escaped that have a meaning in a specification of zsh's _arguments.
std::string in_zsh(const std::string& text) {
  std::string out;
  for (const char letter : text) {
    if (letter == '[' || letter == ']' || letter == ':' || letter == '\\') out += '\\';
    out += letter;
  }
  return out;
}

std::string zsh_script(const Program& program) {
  std::string specifications;
  for (const Flag& flag : program.flags) {
    std::string action;
    if (!flag.choices.empty()) {
      action = fmt::format(":value:({})", fmt::join(flag.choices, " "));
    } else if (flag.takes_file) {
      action = ":file:_files";
    } else if (flag.takes_value) {
      action = ":value: ";
    }
    const std::string words = (flag.words.empty() ? "" : '[' + in_zsh(flag.words) + ']') + action;
    // "=-": the value is in the flag's own word.
    specifications += fmt::format(
        " \\\n    {}", text::in_single_quotes(flag.name + (flag.takes_value ? "=-" : "") + words));
    if (flag.letter.empty()) continue;
    specifications += fmt::format(
        " \\\n    {}",
        text::in_single_quotes('-' + flag.letter + (flag.takes_value ? "+" : "") + words));
  }
  if (program.takes_files) specifications += " \\\n    '*:file:_files'";
  return fmt::format(R"(#compdef {0}
# zsh completion of {0}
{1}() {{
  _arguments{2}
}}
if [[ $funcstack[1] == {1} ]]; then
  {1} "$@"
else
  compdef {1} {3}
fi
)",
                     program.name, identifier_of(program.name), specifications,
                     text::shell_word(program.name));
}

std::string fish_script(const Program& program) {
  const std::string command = "complete -c " + text::shell_word(program.name);
  std::string script = fmt::format("# fish completion of {}\n", program.name);
  if (!program.takes_files) script += command + " -f\n";
  for (const Flag& flag : program.flags) {
    script += command;
    if (!flag.letter.empty()) script += " -s " + flag.letter;
    script += " -l " + flag.name.substr(2);
    if (!flag.choices.empty()) {
      script += " -x -a " + text::in_single_quotes(fmt::format("{}", fmt::join(flag.choices, " ")));
    } else if (flag.takes_file) {
      script += " -r -F";
    } else if (flag.takes_value) {
      script += " -x";
    }
    if (!flag.words.empty()) script += " -d " + text::in_single_quotes(flag.words);
    script += '\n';
  }
  return script;
}

}  // namespace

std::optional<std::string> completion_shell(const std::vector<std::string>& arguments) {
  return asked_value(arguments, "--completion");
}

Result<std::string> completion_script(const CLI::App& app, std::span<const OtherFlag> more,
                                      std::string_view shell) {
  const Program program = program_of(app, more);
  if (shell == "bash") return bash_script(program);
  if (shell == "zsh") return zsh_script(program);
  if (shell == "fish") return fish_script(program);
  return fail(ErrorCode::invalid_value,
              "--completion takes bash, zsh or fish, such as --completion=bash");
}

}  // namespace paceline::programs
