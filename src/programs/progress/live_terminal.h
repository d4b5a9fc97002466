#pragma once

#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include <paceline/loop/sockets.h>

namespace paceline::programs::progress {

/// Gives the terminal back as it was before a LiveTerminal took it. Does nothing if no LiveTerminal
/// has it. Safe in a signal handler.
void restore_terminal() noexcept;

/// Takes a terminal for a live screen: its alternate screen, without cursor, and its keys one by
/// one and without echo. The terminal is given back when the object ends, when the program calls
/// exit() or crashes, and while Ctrl-Z holds the program.
///
/// For one thread. At most one object has a terminal.
class LiveTerminal {
 public:
  /// `terminal` must stay open. A byte in the pipe or eventfd `wake` tells the owner of Ctrl-Z.
  LiveTerminal(int terminal, int wake);
  ~LiveTerminal();
  LiveTerminal(const LiveTerminal&) = delete;
  LiveTerminal& operator=(const LiveTerminal&) = delete;

  /// Takes the terminal, unless this object has it already.
  void take();
  /// Restores the terminal, if this object has it.
  void give_back();

  /// Draws the lines from the top left, and clears the rest.
  void draw(const std::vector<std::string>& lines) const;

  /// For poll(): readable when a key was pressed; -1: there are no keys.
  int keys() const { return is_taken_ ? keys_.get() : -1; }
  /// The next key; nothing if none was pressed.
  std::optional<char> next_key() const;

  /// If Ctrl-Z was pressed, gives the terminal back and stops the program until it is continued.
  void stop_if_asked();

 private:
  /// A signal whose default action this object replaces.
  struct Replaced {
    int signal;
    struct sigaction before;
  };
  void replace(int signal, void (*handler)(int));

  const int terminal_;
  loop::Descriptor keys_;
  bool is_taken_ = false;
  std::vector<Replaced> replaced_;
};

}  // namespace paceline::programs::progress
