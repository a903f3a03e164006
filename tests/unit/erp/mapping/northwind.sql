-- A small Northwind: the tables and columns of the published sample, a few invented rows.
CREATE TABLE Customers (CustomerID TEXT PRIMARY KEY, CompanyName TEXT, ContactName TEXT, Country TEXT);
CREATE TABLE Suppliers (SupplierID INTEGER PRIMARY KEY, CompanyName TEXT, Country TEXT);
CREATE TABLE Categories (CategoryID INTEGER PRIMARY KEY, CategoryName TEXT);
CREATE TABLE Products (ProductID INTEGER PRIMARY KEY, ProductName TEXT, SupplierID INTEGER, CategoryID INTEGER,
  QuantityPerUnit TEXT, UnitPrice NUMERIC, UnitsInStock INTEGER, UnitsOnOrder INTEGER, ReorderLevel INTEGER,
  Discontinued TEXT);
CREATE TABLE Employees (EmployeeID INTEGER PRIMARY KEY, LastName TEXT, FirstName TEXT, Title TEXT, HireDate DATE,
  ReportsTo INTEGER);
CREATE TABLE Orders (OrderID INTEGER PRIMARY KEY, CustomerID TEXT, EmployeeID INTEGER, OrderDate DATETIME,
  RequiredDate DATETIME, ShippedDate DATETIME, Freight NUMERIC);
CREATE TABLE "Order Details" (OrderID INTEGER, ProductID INTEGER, UnitPrice NUMERIC, Quantity INTEGER,
  Discount REAL, PRIMARY KEY (OrderID, ProductID));
INSERT INTO Customers VALUES ('ALPHA', 'Alpha Foods', 'A', 'Germany'), ('BETA', 'Beta Café', 'B', 'France'),
  ('GAMMA', 'Gamma Markt', 'C', 'Germany'), ('NOWHERE', 'No Land', 'D', NULL);
INSERT INTO Suppliers VALUES (1, 'Sea Things', 'Japan');
INSERT INTO Categories VALUES (1, 'Beverages'), (2, 'Condiments');
INSERT INTO Products VALUES (11, 'Tea', 1, 1, '10 boxes', 18, 39, 0, 10, '0'),
  (12, 'Syrup', 1, 2, '12 bottles', 9.65, 13, 70, 25, '1');
INSERT INTO Employees VALUES (1, 'Kim', 'Anna', 'Sales Rep', '2019-05-01', 2), (2, 'Lee', 'Bo', 'VP', '2018-01-02', NULL);
INSERT INTO Orders VALUES (100, 'ALPHA', 1, '2024-07-04', '2024-08-01 00:00:00', '2024-07-16 00:00:00', 32.38),
  (101, 'BETA', 1, '2024-07-05', '2024-08-16', NULL, 11.61), (102, 'GAMMA', 2, '2024-07-08', '2024-08-05', '2024-07-12', 1);
INSERT INTO "Order Details" VALUES (100, 11, 14, 12, 0.0), (100, 12, 9.65, 7, 0.15), (101, 11, 18, 5, 0.05),
  (102, 12, 9.65, 3, 0.25);
