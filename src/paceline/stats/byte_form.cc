#include <paceline/stats/byte_form.h>

#include <bit>

namespace paceline::stats {
namespace {

// A byte of a number has seven bits of it, and one that says whether a byte follows.
constexpr unsigned bits_of_byte = 7;
constexpr std::uint64_t low_bits = (1U << bits_of_byte) - 1;
constexpr unsigned char more = 1U << bits_of_byte;

}  // namespace

void ByteWriter::write(std::uint64_t number) {
  while (number > low_bits) {
    bytes_ += static_cast<char>(more | (number & low_bits));
    number >>= bits_of_byte;
  }
  bytes_ += static_cast<char>(number);
}

// Small numbers of either sign stay small: 0, -1, 1, -2 become 0, 1, 2, 3.
void ByteWriter::write(std::int64_t number) {
  const auto bits = static_cast<std::uint64_t>(number);
  write((bits << 1U) ^ (number < 0 ? ~std::uint64_t{0} : 0));
}

void ByteWriter::write(double number) {
  auto bits = std::bit_cast<std::uint64_t>(number);
  for (std::size_t i = 0; i < sizeof bits; ++i, bits >>= 8U) bytes_ += static_cast<char>(bits);
}

void ByteWriter::write(const std::string& text) {
  write(std::uint64_t{text.size()});
  bytes_ += text;
}

std::string_view ByteReader::take(std::size_t size) {
  if (size > rest_.size()) is_damaged_ = true;
  if (is_damaged_) return {};
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

void ByteReader::read(std::uint64_t& number) {
  number = 0;
  for (unsigned shift = 0; shift < std::numeric_limits<std::uint64_t>::digits;
       shift += bits_of_byte) {
    const std::string_view byte = take(1);
    if (byte.empty()) break;
    const auto bits = static_cast<unsigned char>(byte.front());
    number |= (bits & low_bits) << shift;
    if ((bits & more) == 0) return;
  }
  is_damaged_ = true;
  number = 0;
}

void ByteReader::read(std::int64_t& number) {
  std::uint64_t bits = 0;
  read(bits);
  number = static_cast<std::int64_t>((bits >> 1U) ^ ((bits & 1U) != 0 ? ~std::uint64_t{0} : 0));
}

void ByteReader::read(double& number) {
  std::uint64_t bits = 0;
  const std::string_view bytes = take(sizeof bits);
  for (std::size_t i = bytes.size(); i > 0; --i) {
    bits = bits << 8U | static_cast<unsigned char>(bytes[i - 1]);
  }
  number = std::bit_cast<double>(bits);
}

void ByteReader::read(std::string& text) {
  std::uint64_t size = 0;
  read(size);
  text = take(size);
}

void ByteReader::counts(std::vector<std::uint64_t>& counts, std::size_t most) {
  std::uint64_t size = 0;
  read(size);
  require(size <= most);
  if (is_damaged_) return;
  counts.assign(size, 0);
  for (std::size_t i = 0; i < size; ++i) {
    std::uint64_t zeros = 0;
    read(zeros);
    require(zeros <= size - i);
    if (is_damaged_) return;
    i += zeros;
    if (i < size) read(counts[i]);
  }
}

}  // namespace paceline::stats
