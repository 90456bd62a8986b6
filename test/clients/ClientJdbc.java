import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.JDBCType;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/**
 * What a client of pgJDBC sees, through DatabaseMetaData: {@code C} lines list the columns of each
 * view (name, type, size, Java class, nullable, comment), {@code L} lines are all rows, {@code Q}
 * lines answer the questions.
 */
public class ClientJdbc {
	private static final PrintStream OUT = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);

	/** A value as JSON: a string, or null. */
	private static String json(String s) {
		if (s == null) {
			return "null";
		}
		StringBuilder b = new StringBuilder("\"");
		for (char c : s.toCharArray()) {
			if (c == '"' || c == '\\' || c < ' ') {
				b.append(String.format("\\u%04x", (int) c));
			} else {
				b.append(c);
			}
		}
		return b.append('"').toString();
	}

	/** A value read by the type that the metadata gives it. */
	private static String text(ResultSet rows, ResultSetMetaData meta, int i) throws SQLException {
		Object value = rows.getObject(i);
		if (value == null) {
			return null;
		}
		if (!meta.getColumnClassName(i).equals(value.getClass().getName()) && meta.getColumnType(i) != Types.OTHER) {
			throw new IllegalStateException(meta.getColumnName(i) + ": " + value.getClass().getName());
		}
		switch (meta.getColumnType(i)) {
			case Types.NUMERIC:
				return ((BigDecimal) value).toPlainString();
			case Types.DATE:
				String day = rows.getObject(i, LocalDate.class).toString();
				if (!day.equals(rows.getDate(i).toString())) {
					throw new IllegalStateException(meta.getColumnName(i) + ": " + day + " or " + rows.getDate(i));
				}
				return day;
			case Types.TIMESTAMP:
				return Long.toString(rows.getObject(i, OffsetDateTime.class).toInstant().toEpochMilli());
			case Types.BIT:
			case Types.INTEGER:
			case Types.BIGINT:
			case Types.VARCHAR:
			case Types.OTHER:
				return value.toString();
			default:
				throw new IllegalStateException(meta.getColumnName(i) + ": " + JDBCType.valueOf(meta.getColumnType(i)));
		}
	}

	private static String row(ResultSet rows, ResultSetMetaData meta) throws SQLException {
		List<String> values = new ArrayList<>();
		for (int i = 1; i <= meta.getColumnCount(); i++) {
			values.add(json(text(rows, meta, i)));
		}
		return "[" + String.join(",", values) + "]";
	}

	private static void views(Connection connection) throws SQLException {
		DatabaseMetaData database = connection.getMetaData();
		List<String[]> views = new ArrayList<>();
		try (ResultSet r = database.getTables(null, "creances", "%", new String[] {"VIEW"})) {
			while (r.next()) {
				if (!r.getString("TABLE_NAME").startsWith("_")) {
					views.add(new String[] {r.getString("TABLE_NAME"), r.getString("REMARKS")});
				}
			}
		}
		for (String[] view : views) {
			OUT.println("C\t" + view[0] + " | vue | " + view[1]);
			try (Statement s = connection.createStatement();
					ResultSet rows = s.executeQuery("SELECT * FROM \"creances\".\"" + view[0] + "\"")) {
				ResultSetMetaData meta = rows.getMetaData();
				int i = 0;
				try (ResultSet c = database.getColumns(null, "creances", view[0].replace("_", "\\_"), "%")) {
					while (c.next()) {
						i++;
						String type = c.getString("TYPE_NAME");
						if (type.equals("numeric")) {
							type += "(" + c.getInt("COLUMN_SIZE") + "," + c.getInt("DECIMAL_DIGITS") + ")";
						}
						OUT.println("C\t" + view[0] + "." + c.getString("COLUMN_NAME") + " | " + type + " " + JDBCType.valueOf(c.getInt("DATA_TYPE")) + " "
							+ meta.getColumnClassName(i) + " | " + (c.getInt("NULLABLE") == DatabaseMetaData.columnNoNulls ? "not null" : "nullable")
							+ " | " + c.getString("REMARKS"));
					}
				}
				while (rows.next()) {
					OUT.println("L\t" + view[0] + "\t" + row(rows, meta));
				}
			}
		}
	}

	private static void questions(Connection connection) throws Exception {
		BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		for (String line = in.readLine(); line != null; line = in.readLine()) {
			String[] fields = line.split("\t");
			for (String how : new String[] {"types", "textes"}) {
				try (PreparedStatement s = connection.prepareStatement(fields[1])) {
					for (int i = 2; i < fields.length; i++) {
						String type = fields[i].substring(0, fields[i].indexOf('='));
						String value = fields[i].substring(fields[i].indexOf('=') + 1);
						if (how.equals("textes")) {
							// (no type is sent: the server finds it)
							s.setObject(i - 1, value, Types.OTHER);
						} else if (type.equals("date")) {
							s.setObject(i - 1, LocalDate.parse(value));
						} else if (type.equals("numeric")) {
							s.setBigDecimal(i - 1, new BigDecimal(value));
						} else if (type.equals("integer")) {
							s.setInt(i - 1, Integer.parseInt(value));
						} else {
							s.setString(i - 1, value);
						}
					}
					try (ResultSet rows = s.executeQuery()) {
						List<String> all = new ArrayList<>();
						while (rows.next()) {
							all.add(row(rows, rows.getMetaData()));
						}
						OUT.println("Q\t" + fields[0] + ", " + how + "\t[" + String.join(",", all) + "]");
					}
				}
			}
		}
	}

	public static void main(String[] arguments) throws Exception {
		String url = "jdbc:postgresql://" + System.getenv("PGHOST") + ":" + System.getenv("PGPORT") + "/" + System.getenv("PGDATABASE");
		try (Connection connection = DriverManager.getConnection(url, System.getenv("PGUSER"), System.getenv("PGPASSWORD"))) {
			views(connection);
			questions(connection);
		}
		OUT.flush();
	}
}
