import Configuration
import Testing

@Suite("Rules for small tables")
struct SmallTableTests {
  @Test("a table gets so many latent groups that each has its rows, unless the user says otherwise")
  func clusters() {
    var configuration = Configuration()
    #expect(configuration.clusters(ofChild: "t", rows: 200) == 20)
    configuration.labels.minimumRows = 100
    #expect(configuration.clusters(ofChild: "t", rows: 10_000) == 20)
    #expect(configuration.clusters(ofChild: "t", rows: 1999) == 19)
    #expect(configuration.clusters(ofChild: "t", rows: 200) == 2)
    #expect(configuration.clusters(ofChild: "t", rows: 199) == 20)
    configuration.tables["t"] = .init(clusters: 7)
    #expect(configuration.clusters(ofChild: "t", rows: 200) == 7)
    configuration.tables = [:]
    configuration.labels.minimumRows = 0
    #expect(configuration.clusters(ofChild: "t", rows: 200) == 20)
  }

  @Test("the limit for single children holds from 200 rows on, unless the user chose the groups")
  func singleChildren() {
    var configuration = Configuration()
    #expect(configuration.rowsPerGroupOfSingles(ofChild: "t", rows: 200) == 200)
    #expect(configuration.rowsPerGroupOfSingles(ofChild: "t", rows: 199) == 0)
    configuration.tables["t"] = .init(clusters: 7)
    #expect(configuration.rowsPerGroupOfSingles(ofChild: "t", rows: 200) == 0)
  }

  @Test("steps follow the rows up to the limit of passes, from 300 to all")
  func steps() {
    var configuration = Configuration()
    #expect(configuration.denoiser.passes == 400)
    #expect(configuration.steps(rows: 100_000) == 1200)
    #expect(configuration.steps(rows: 1024 * 2) == 800)
    #expect(configuration.steps(rows: 250) == 300)
    #expect(configuration.steps(rows: 199) == 1200)
    configuration.denoiser.steps = 50
    #expect(configuration.steps(rows: 250) == 50)
    configuration.denoiser.steps = 1200
    configuration.denoiser.passes = 0
    #expect(configuration.steps(rows: 250) == 1200)
  }

  @Test("tables below 200 rows keep every number")
  func cells() {
    let configuration = Configuration()
    #expect(configuration.minimumCellRows(rows: 199) == 1)
    #expect(configuration.minimumCellRows(rows: 200) == 20)
  }

  @Test("the published recipe has none of these rules")
  func published() {
    let configuration = RecipePreset.configuration(recipe: "clavaddpm")
    #expect(configuration.minimumCellRows(rows: 100) == 1)
    #expect(configuration.steps(rows: 250) == 200_000)
    #expect(configuration.rowsPerGroupOfSingles(ofChild: "t", rows: 250) == 0)
  }
}
