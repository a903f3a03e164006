import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kr.dogfoot.hwplib.object.HWPFile;
import kr.dogfoot.hwplib.object.bodytext.Section;
import kr.dogfoot.hwplib.object.bodytext.control.ControlFooter;
import kr.dogfoot.hwplib.object.bodytext.control.ControlFootnote;
import kr.dogfoot.hwplib.object.bodytext.control.ControlHeader;
import kr.dogfoot.hwplib.object.bodytext.control.ControlTable;
import kr.dogfoot.hwplib.object.bodytext.control.ControlType;
import kr.dogfoot.hwplib.object.bodytext.control.ctrlheader.header.HeaderFooterApplyPage;
import kr.dogfoot.hwplib.object.bodytext.control.gso.ControlRectangle;
import kr.dogfoot.hwplib.object.bodytext.control.gso.GsoControlType;
import kr.dogfoot.hwplib.object.bodytext.control.sectiondefine.NumberShape;
import kr.dogfoot.hwplib.object.bodytext.control.table.Cell;
import kr.dogfoot.hwplib.object.bodytext.control.table.ListHeaderForCell;
import kr.dogfoot.hwplib.object.bodytext.control.table.Row;
import kr.dogfoot.hwplib.object.bodytext.control.table.Table;
import kr.dogfoot.hwplib.object.bodytext.paragraph.Paragraph;
import kr.dogfoot.hwplib.tool.TableCellMerger;
import kr.dogfoot.hwplib.tool.blankfilemaker.BlankFileMaker;
import kr.dogfoot.hwplib.writer.HWPWriter;

/**
 * Writes an HWP 5 file from lines of text: `java -cp hwplib.jar WriteHwp.java in.txt out.hwp`.
 *
 * A line is `# text` to `####### text` (outline style 1 to 7), `| a | b |` (row of a table; lines that follow one
 * another are one table; `<` joins a cell to the one at its left, `^` to the one above), `text[^note]` (a paragraph
 * with a footnote), `text[>head]`, `text[<foot]`, `text[=box]` (a paragraph at which the pages' head or foot or a text
 * box is set) or any other paragraph. An empty line parts two tables.
 */
public class WriteHwp {
    private static final int BODY = 0;
    private static final int OUTLINE = 1;
    private static final int[] PARA_SHAPE = {3, 11, 10, 9, 8, 7, 6, 5, 4};

    private static Section section;
    private static boolean first = true;

    public static void main(String[] names) throws Exception {
        HWPFile file = BlankFileMaker.make();
        section = file.getBodyText().getSectionList().get(0);
        List<String> rows = new ArrayList<>();
        List<String> lines = new ArrayList<>(Files.readAllLines(Path.of(names[0])));
        lines.add("");
        for (String line : lines) {
            if (line.startsWith("|")) {
                rows.add(line);
                continue;
            }
            if (!rows.isEmpty()) {
                table(rows);
                rows.clear();
            }
            if (line.startsWith("#")) {
                int level = line.indexOf(' ');
                write(next(), OUTLINE + level, line.substring(level + 1));
            } else if (line.contains("[^")) {
                int at = line.indexOf("[^");
                Paragraph paragraph = write(next(), BODY, line.substring(0, at));
                footnote(paragraph, line.substring(at + 2, line.length() - 1));
            } else if (line.matches(".*\\[[<>=].*\\]")) {
                int at = line.lastIndexOf('[');
                Paragraph paragraph = write(next(), BODY, line.substring(0, at));
                beside(paragraph, line.charAt(at + 1), line.substring(at + 2, line.length() - 1));
            } else if (!line.isEmpty()) {
                write(next(), BODY, line);
            }
        }
        HWPWriter.toFile(file, names[1]);
    }

    private static Paragraph next() throws Exception {
        if (first) {
            first = false;
            return section.getParagraph(0);
        }
        return section.addNewParagraph();
    }

    private static Paragraph write(Paragraph paragraph, int style, String text) throws Exception {
        paragraph.getHeader().setParaShapeId(PARA_SHAPE[style]);
        paragraph.getHeader().setStyleId((short) style);
        paragraph.getHeader().setCharShapeCount(1);
        if (paragraph.getText() == null) {
            paragraph.createText();
            paragraph.createCharShape();
            paragraph.getCharShape().addParaCharShape(0, 0);
        }
        paragraph.getText().addString(text);
        return paragraph;
    }

    private static void beside(Paragraph paragraph, char kind, String text) throws Exception {
        Paragraph inside;
        if (kind == '>') {
            paragraph.getText().addExtendCharForHeader();
            ControlHeader head = (ControlHeader) paragraph.addNewControl(ControlType.Header);
            head.getHeader().setApplyPage(HeaderFooterApplyPage.BothPage);
            head.getListHeader().setParaCount(1);
            inside = head.getParagraphList().addNewParagraph();
        } else if (kind == '<') {
            paragraph.getText().addExtendCharForFooter();
            ControlFooter foot = (ControlFooter) paragraph.addNewControl(ControlType.Footer);
            foot.getHeader().setApplyPage(HeaderFooterApplyPage.BothPage);
            foot.getListHeader().setParaCount(1);
            inside = foot.getParagraphList().addNewParagraph();
        } else {
            paragraph.getText().addExtendCharForGSO();
            ControlRectangle box = (ControlRectangle) paragraph.addNewGsoControl(GsoControlType.Rectangle);
            box.createTextBox();
            box.getTextBox().getListHeader().setParaCount(1);
            inside = box.getTextBox().getParagraphList().addNewParagraph();
        }
        write(inside, BODY, text).getHeader().setLastInList(true);
    }

    private static void footnote(Paragraph paragraph, String text) throws Exception {
        ControlFootnote note = (ControlFootnote) paragraph.addNewControl(ControlType.Footnote);
        var mark = paragraph.getText().addNewExtendControlChar();
        mark.setCode((short) 17);
        mark.setAddition(new byte[] {' ', ' ', 'n', 'f', 0, 0, 0, 0, 0, 0, 0, 0});
        note.getHeader().setNumber(1);
        note.getHeader().setNumberShape(NumberShape.Number);
        note.getListHeader().setParaCount(1);
        write(note.getParagraphList().addNewParagraph(), BODY, text).getHeader().setLastInList(true);
    }

    private static void table(List<String> rows) throws Exception {
        List<String[]> cells = new ArrayList<>();
        for (String row : rows) {
            String[] parts = row.substring(1, row.lastIndexOf('|')).split("\\|");
            for (int i = 0; i < parts.length; i++) {
                parts[i] = parts[i].strip();
            }
            cells.add(parts);
        }
        int width = cells.get(0).length;
        Paragraph paragraph = write(next(), BODY, "");
        paragraph.getText().addExtendCharForTable();
        ControlTable control = (ControlTable) paragraph.addNewControl(ControlType.Table);
        control.getHeader().getProperty().setLikeWord(true);
        control.getHeader().setWidth(40000);
        control.getHeader().setHeight(1000L * cells.size());
        Table table = control.getTable();
        table.getProperty().setAutoRepeatTitleRow(true);
        table.setRowCount(cells.size());
        table.setColumnCount(width);
        table.setBorderFillId(1);
        for (int r = 0; r < cells.size(); r++) {
            table.getCellCountOfRowList().add(width);
            Row row = control.addNewRow();
            for (int c = 0; c < width; c++) {
                Cell cell = row.addNewCell();
                ListHeaderForCell header = cell.getListHeader();
                header.setParaCount(1);
                header.setRowIndex(r);
                header.setColIndex(c);
                header.setRowSpan(1);
                header.setColSpan(1);
                header.setWidth(40000 / width);
                header.setHeight(1000);
                header.setBorderFillId(1);
                header.setFieldName("");
                String text = cells.get(r)[c];
                boolean joined = text.equals("<") || text.equals("^");
                write(cell.getParagraphList().addNewParagraph(), BODY, joined ? "" : text).getHeader().setLastInList(true);
            }
        }
        for (int r = 0; r < cells.size(); r++) {
            for (int c = 0; c < width; c++) {
                if (joins(cells, r, c)) {
                    continue;
                }
                int right = c;
                while (right + 1 < width && cells.get(r)[right + 1].equals("<")) {
                    right++;
                }
                int below = r;
                while (below + 1 < cells.size() && cells.get(below + 1)[c].equals("^")) {
                    below++;
                }
                if (right > c || below > r) {
                    TableCellMerger.mergeCell(control, r, c, below - r + 1, right - c + 1);
                }
            }
        }
    }

    private static boolean joins(List<String[]> cells, int row, int column) {
        return cells.get(row)[column].equals("<") || cells.get(row)[column].equals("^");
    }
}
