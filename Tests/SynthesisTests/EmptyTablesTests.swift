import Synthesis
import Testing

@Suite("Tables without rows")
struct EmptyTablesTests {
  @Test("each is told with its cause: a parent that drew none, a parent that has none, the scale")
  func notices() {
    let parents = ["film": ["language"], "inventory": ["film", "store"], "actor": [], "empty": ["language"]]
    let found = EmptyTables.notices([
      ("language", 6, 6), ("actor", 0, 200), ("film", 0, 1000), ("inventory", 0, 4581), ("empty", 0, 0),
    ]) { parents[$0] ?? [] }
    #expect(found.count == 3)
    #expect(found[0].hasPrefix("table actor has no rows, the input has 200: structure.scale"))
    #expect(found[1].hasPrefix("table film has no rows, the input has 1000: no row of language drew one"))
    #expect(found[2] == "table inventory has no rows, the input has 4581: they refer to film, which has none")
    #expect(EmptyTables.notices([("film", 3, 1000)]) { _ in [] }.isEmpty)
  }
}
