import NetworkIR
import Testing

struct SpellingTests {
  static let commands = ["check", "plan", "generate", "run", "verify", "explain", "diff", "targets", "help"]

  @Test(arguments: [
    ("chekc", "check"), ("pla", "plan"), ("plna", "plan"), ("gen", "generate"), ("rnu", "run"), ("verfiy", "verify"),
    ("explian", "explain"), ("target", "targets"), ("tragets", "targets"), ("dif", "diff"), ("lan", "plan"),
  ])
  func `a slip of the finger leads to what was meant`(typed: String, meant: String) {
    #expect(Spelling.nearest(to: typed, among: Self.commands) == meant)
  }

  @Test(arguments: ["", "frobnicate", "xy", "model.tflite", "q"])
  func `what is like nothing leads nowhere`(typed: String) {
    #expect(Spelling.nearest(to: typed, among: Self.commands) == nil)
    #expect(Spelling.suggestion(for: typed, among: Self.commands) == "")
  }

  @Test func `a word that is much longer than every name is like none`() {
    #expect(Spelling.nearest(to: String(repeating: "plan", count: 1 << 20), among: Self.commands) == nil)
  }

  @Test func `of names equally near the first is taken, and without names there is none`() {
    #expect(Spelling.nearest(to: "conv_x", among: ["conv_01", "conv_02"]) == "conv_01")
    #expect(Spelling.nearest(to: "conv_03", among: []) == nil)
    #expect(Spelling.suggestion(for: "gp8", among: ["gap8", "cluster"]) == "did you mean 'gap8'? ")
  }

  @Test(arguments: [("conv_3", "conv_02"), ("conv_05", "conv_04"), ("conv_40", "conv_04"), ("ad_3", "add_03")])
  func `of layers equally near by their letters the nearest in number is taken`(typed: String, meant: String) {
    let layers = ["conv_00", "maxpool_01", "conv_02", "add_03", "conv_04"]
    #expect(Spelling.nearest(to: typed, among: layers) == meant)
  }
}
