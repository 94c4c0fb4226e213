import NetworkIR
import Testing

@testable import CEmitter

/// Names of a model as text of the generated C.
struct TextTests {
  @Test func `strings hold no character that a terminal takes for a command`() {
    #expect(quoted("in\u{1B}[31m\u{7}\n\u{9B}\u{202E}\u{7F}") == #""in\?[31m\?\?\?\?\?""#)
    #expect(quoted("a \"b\" \\ é") == #""a \"b\" \\ \303\251""#)
  }

  @Test func `ends of lines stay where they are meant`() {
    #expect("a\n\u{1B}b\t".harmless == "a\n?b\t")
  }
}
