import NetworkIR

/// Changes values of a JSON document where they stand, so that it stays one.
enum JSONMutation {
  /// A value of the document, by its bytes.
  private struct Token {
    enum Kind { case number, string, word, container }

    var kind: Kind
    var range: Range<Int>
  }

  static func changed(_ bytes: [UInt8], using generator: inout SplitMix64) -> [UInt8]? {
    var result = bytes
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let tokens = tokens(of: result)
      guard !tokens.isEmpty else { return nil }
      let token = tokens[generator.index(tokens)]
      let replacement = replacement(of: token, among: tokens, in: result, using: &generator)
      result.replaceSubrange(token.range, with: replacement)
    }
    return result
  }

  private static func replacement(
    of token: Token, among tokens: [Token], in bytes: [UInt8], using generator: inout SplitMix64
  ) -> [UInt8] {
    // Mostly another value of the same kind that the document has.
    let others = tokens.filter { $0.kind == token.kind }
    let other = Array(bytes[others[generator.index(others)].range])
    let own = Array(bytes[token.range])
    switch token.kind {
    case .number:
      guard let value = Int(String(decoding: own, as: UTF8.self)), Int.random(in: 0..<4, using: &generator) > 0 else {
        return other
      }
      return Array("\(generator.number(near: value))".utf8)
    case .string: return other
    case .word: return Array(["null", "true", "false"][Int.random(in: 0..<3, using: &generator)].utf8)
    case .container:
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: return own + [UInt8(ascii: ",")] + own
      case 1: return own + [UInt8(ascii: ",")] + other
      case 2: return own.first == UInt8(ascii: "[") ? Array("[]".utf8) : other
      default: return other
      }
    }
  }

  /// Every value and every key, containers behind what they contain.
  private static func tokens(of bytes: [UInt8]) -> [Token] {
    var tokens: [Token] = []
    var open: [Int] = []
    var position = 0
    func end(from start: Int, while belongs: (UInt8) -> Bool) -> Int {
      bytes[start...].firstIndex { !belongs($0) } ?? bytes.count
    }
    while position < bytes.count {
      let start = position
      position += 1
      switch bytes[start] {
      case UInt8(ascii: "{"), UInt8(ascii: "["): open.append(start)
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if let begin = open.popLast() { tokens.append(Token(kind: .container, range: begin..<position)) }
      case UInt8(ascii: "\""):
        position = min(end(from: position) { $0 != UInt8(ascii: "\"") } + 1, bytes.count)
        tokens.append(Token(kind: .string, range: start..<position))
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        position = end(from: position) {
          (UInt8(ascii: "+")...UInt8(ascii: "9")).contains($0) && $0 != 0x2c || $0 == 0x65
        }
        tokens.append(Token(kind: .number, range: start..<position))
      case UInt8(ascii: "a")...UInt8(ascii: "z"):
        position = end(from: position) { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
        tokens.append(Token(kind: .word, range: start..<position))
      default: break
      }
    }
    return tokens
  }
}
