-- SAP Business One: one table pair per document kind, DocEntry as key, CANCELED Y/N/C, CardType C/S.
CREATE TABLE OADM (Code INTEGER, CompnyName TEXT, MainCurncy TEXT);
INSERT INTO OADM VALUES (1, '마루산업', 'KRW');
CREATE TABLE OTER (territryID INTEGER, descript TEXT, parent INTEGER);
INSERT INTO OTER VALUES (1, '서울', -2), (2, '강남', 1);
CREATE TABLE OCRG (GroupCode INTEGER, GroupName TEXT, GroupType TEXT);
INSERT INTO OCRG VALUES (100, '대리점', 'C'), (101, '부품', 'S');
CREATE TABLE OCRD (CardCode TEXT, CardName TEXT, CardType TEXT, GroupCode INTEGER, Territory INTEGER, LicTradNum TEXT, frozenFor TEXT, Currency TEXT);
INSERT INTO OCRD VALUES ('C10', '대한상사', 'C', 100, 2, '123-45-67890', 'N', '##'), ('C11', '한국정밀', 'C', 100, 1, NULL, 'N', 'KRW'), ('V12', '동아베어링', 'S', 101, NULL, NULL, 'N', 'KRW'),
  ('L13', '관심 고객', 'L', 100, NULL, NULL, 'N', 'KRW');
CREATE TABLE OITB (ItmsGrpCod INTEGER, ItmsGrpNam TEXT);
INSERT INTO OITB VALUES (100, '베어링'), (101, '씰');
CREATE TABLE OITM (ItemCode TEXT, ItemName TEXT, ItmsGrpCod INTEGER, InvntItem TEXT, InvntryUom TEXT, frozenFor TEXT, CodeBars TEXT, AvgPrice NUMERIC, MinLevel NUMERIC);
INSERT INTO OITM VALUES ('P1', '볼베어링', 100, 'Y', '개', 'N', '8801', 600, 0), ('P2', '오일씰', 101, 'Y', '개', 'N', NULL, 1200, 0);
CREATE TABLE OWHS (WhsCode TEXT, WhsName TEXT, Inactive TEXT);
INSERT INTO OWHS VALUES ('01', '본사창고', 'N');
CREATE TABLE OITW (ItemCode TEXT, WhsCode TEXT, OnHand NUMERIC, IsCommited NUMERIC, OnOrder NUMERIC, AvgPrice NUMERIC, MinStock NUMERIC);
INSERT INTO OITW VALUES ('P1', '01', 12, 6, 5, 600, 0), ('P2', '01', 7, 0, 0, 1200, 0);
CREATE TABLE OUSR (USERID INTEGER, USER_CODE TEXT);
INSERT INTO OUSR VALUES (1, 'manager');
CREATE TABLE ORDR (DocEntry INTEGER, DocNum INTEGER, DocStatus TEXT, CANCELED TEXT, DocDate TEXT, DocDueDate TEXT, CardCode TEXT, CardName TEXT, DocCur TEXT, DocRate NUMERIC, VatSum NUMERIC, DocTotal NUMERIC, UserSign INTEGER, NumAtCard TEXT);
CREATE TABLE RDR1 (DocEntry INTEGER, LineNum INTEGER, ItemCode TEXT, Dscription TEXT, Quantity NUMERIC, OpenQty NUMERIC, NumPerMsr NUMERIC, UomCode TEXT, Price NUMERIC, LineTotal NUMERIC, TotalFrgn NUMERIC, WhsCode TEXT, ShipDate TEXT, LineStatus TEXT, BaseType INTEGER, BaseEntry INTEGER, BaseLine INTEGER);
INSERT INTO ORDR VALUES (1, 1001, 'O', 'N', '2026-10-05 00:00:00.000', '2026-10-20 00:00:00.000', 'C10', '대한상사', 'KRW', 1, 1000, 11000, 1, 'PO-7'), (2, 1002, 'C', 'Y', '2026-10-06', '2026-10-20', 'C11', '한국정밀', 'KRW', 1, 99, 1098, 1, NULL);
INSERT INTO RDR1 VALUES (1, 0, 'P1', '볼베어링', 10, 6, 1, '개', 1000, 10000, 0, '01', '2026-10-20', 'O', -1, NULL, NULL), (2, 0, 'P2', '오일씰', 1, 0, 1, '개', 999, 999, 0, '01', '2026-10-20', 'C', -1, NULL, NULL);
CREATE TABLE ODLN (DocEntry INTEGER, DocNum INTEGER, DocStatus TEXT, CANCELED TEXT, DocDate TEXT, CardCode TEXT, CardName TEXT, DocCur TEXT, VatSum NUMERIC, DocTotal NUMERIC, UserSign INTEGER);
CREATE TABLE DLN1 (DocEntry INTEGER, LineNum INTEGER, ItemCode TEXT, Quantity NUMERIC, NumPerMsr NUMERIC, LineTotal NUMERIC, WhsCode TEXT, BaseType INTEGER, BaseEntry INTEGER, BaseLine INTEGER);
INSERT INTO ODLN VALUES (1, 2001, 'C', 'N', '2026-10-10', 'C10', '대한상사', 'KRW', 400, 4400, 1), (2, 2002, 'C', 'N', '2026-10-15', 'C11', '한국정밀', 'KRW', 600, 6600, 1);
INSERT INTO DLN1 VALUES (1, 0, 'P1', 4, 1, 4000, '01', 17, 1, 0), (2, 0, 'P2', 3, 1, 6000, '01', -1, NULL, NULL);
CREATE TABLE OINV (DocEntry INTEGER, DocNum INTEGER, DocStatus TEXT, CANCELED TEXT, DocDate TEXT, DocDueDate TEXT, CardCode TEXT, CardName TEXT, DocCur TEXT, DocRate NUMERIC, VatSum NUMERIC, DocTotal NUMERIC, PaidToDate NUMERIC, UserSign INTEGER, Comments TEXT);
CREATE TABLE INV1 (DocEntry INTEGER, LineNum INTEGER, ItemCode TEXT, Dscription TEXT, Quantity NUMERIC, NumPerMsr NUMERIC, Price NUMERIC, LineTotal NUMERIC, WhsCode TEXT, BaseType INTEGER, BaseEntry INTEGER, BaseLine INTEGER);
INSERT INTO OINV VALUES (1, 3001, 'O', 'N', '2026-10-12', '2026-11-11', 'C10', '대한상사', 'KRW', 1, 400, 4400, 2000, 1, NULL), (2, 3002, 'O', 'N', '2026-10-15', '2026-12-15', 'C11', '한국정밀', 'KRW', 1, 600, 6600, 0, 1, NULL),
  (3, 3003, 'C', 'Y', '2026-10-22', '2026-10-22', 'C10', '대한상사', 'KRW', 1, 100, 1099, 0, 1, '취소됨'), (4, 3004, 'C', 'C', '2026-10-22', '2026-10-22', 'C10', '대한상사', 'KRW', 1, 100, 1099, 0, 1, '취소 문서');
INSERT INTO INV1 VALUES (1, 0, 'P1', '볼베어링', 4, 1, 1000, 4000, '01', 15, 1, 0), (2, 0, 'P2', '오일씰', 3, 1, 2000, 6000, '01', 15, 2, 0), (3, 0, 'P1', '볼베어링', 1, 1, 999, 999, '01', -1, NULL, NULL), (4, 0, 'P1', '볼베어링', 1, 1, 999, 999, '01', 13, 3, 0);
CREATE TABLE ODRF (DocEntry INTEGER, DocNum INTEGER, ObjType TEXT, DocDate TEXT, CardCode TEXT, DocTotal NUMERIC, VatSum NUMERIC);
INSERT INTO ODRF VALUES (1, 900, '13', '2026-10-21', 'C10', 1099, 100);
CREATE TABLE ORIN (DocEntry INTEGER, DocNum INTEGER, DocStatus TEXT, CANCELED TEXT, DocDate TEXT, DocDueDate TEXT, CardCode TEXT, CardName TEXT, DocCur TEXT, DocRate NUMERIC, VatSum NUMERIC, DocTotal NUMERIC, UserSign INTEGER);
CREATE TABLE RIN1 (DocEntry INTEGER, LineNum INTEGER, ItemCode TEXT, Dscription TEXT, Quantity NUMERIC, NumPerMsr NUMERIC, Price NUMERIC, LineTotal NUMERIC, WhsCode TEXT, BaseType INTEGER, BaseEntry INTEGER);
INSERT INTO ORIN VALUES (1, 4001, 'O', 'N', '2026-10-20', '2026-10-20', 'C10', '대한상사', 'KRW', 1, 100, 1100, 1);
INSERT INTO RIN1 VALUES (1, 0, 'P1', '볼베어링', 1, 1, 1000, 1000, '01', 13, 1);
CREATE TABLE OPOR (DocEntry INTEGER, DocNum INTEGER, DocStatus TEXT, CANCELED TEXT, DocDate TEXT, DocDueDate TEXT, CardCode TEXT, CardName TEXT, DocCur TEXT, VatSum NUMERIC, DocTotal NUMERIC, UserSign INTEGER);
CREATE TABLE POR1 (DocEntry INTEGER, LineNum INTEGER, ItemCode TEXT, Quantity NUMERIC, OpenQty NUMERIC, NumPerMsr NUMERIC, Price NUMERIC, LineTotal NUMERIC, WhsCode TEXT, ShipDate TEXT, LineStatus TEXT);
INSERT INTO OPOR VALUES (1, 5001, 'O', 'N', '2026-10-01', '2026-10-12', 'V12', '동아베어링', 'KRW', 1200, 13200, 1);
INSERT INTO POR1 VALUES (1, 0, 'P1', 20, 5, 1, 600, 12000, '01', '2026-10-12', 'O');
CREATE TABLE OPDN (DocEntry INTEGER, DocNum INTEGER, DocStatus TEXT, CANCELED TEXT, DocDate TEXT, CardCode TEXT, DocCur TEXT, VatSum NUMERIC, DocTotal NUMERIC);
CREATE TABLE PDN1 (DocEntry INTEGER, LineNum INTEGER, ItemCode TEXT, Quantity NUMERIC, NumPerMsr NUMERIC, LineTotal NUMERIC, WhsCode TEXT, BaseEntry INTEGER, BaseLine INTEGER);
INSERT INTO OPDN VALUES (1, 6001, 'C', 'N', '2026-10-07', 'V12', 'KRW', 900, 9900);
INSERT INTO PDN1 VALUES (1, 0, 'P1', 15, 1, 9000, '01', 1, 0);
CREATE TABLE OPCH (DocEntry INTEGER, DocNum INTEGER, DocStatus TEXT, CANCELED TEXT, DocDate TEXT, DocDueDate TEXT, CardCode TEXT, DocCur TEXT, VatSum NUMERIC, DocTotal NUMERIC, NumAtCard TEXT);
CREATE TABLE PCH1 (DocEntry INTEGER, LineNum INTEGER, ItemCode TEXT, Quantity NUMERIC, NumPerMsr NUMERIC, LineTotal NUMERIC, BaseEntry INTEGER, BaseLine INTEGER);
INSERT INTO OPCH VALUES (1, 7001, 'O', 'N', '2026-10-08', '2026-11-07', 'V12', 'KRW', 900, 9900, 'V-1');
INSERT INTO PCH1 VALUES (1, 0, 'P1', 15, 1, 9000, 1, 0);
CREATE TABLE ORCT (DocEntry INTEGER, DocNum INTEGER, Canceled TEXT, DocDate TEXT, DocType TEXT, CardCode TEXT, CardName TEXT, DocTotal NUMERIC, NoDocSum NUMERIC, DocCurr TEXT);
CREATE TABLE RCT2 (DocNum INTEGER, InvoiceId INTEGER, DocEntry INTEGER, InvType TEXT, SumApplied NUMERIC);
INSERT INTO ORCT VALUES (1, 8001, 'N', '2026-10-25', 'C', 'C10', '대한상사', 2000, 0, 'KRW'), (2, 8002, 'Y', '2026-10-26', 'C', 'C10', '대한상사', 50, 0, 'KRW');
INSERT INTO RCT2 VALUES (1, 0, 1, '13', 2000), (2, 0, 1, '13', 50);
CREATE TABLE OINM (TransNum INTEGER, TransType INTEGER, CreatedBy INTEGER, DocDate TEXT, ItemCode TEXT, Warehouse TEXT, InQty NUMERIC, OutQty NUMERIC, TransValue NUMERIC);
INSERT INTO OINM VALUES (1, 310000001, 1, '2026-09-30', 'P2', '01', 10, 0, 12000), (2, 20, 1, '2026-10-07', 'P1', '01', 15, 0, 9000), (3, 15, 1, '2026-10-10', 'P1', '01', 0, 4, -2400),
  (4, 15, 2, '2026-10-15', 'P2', '01', 0, 3, -3600), (5, 14, 1, '2026-10-20', 'P1', '01', 1, 0, 600);
CREATE TABLE OACT (AcctCode TEXT, AcctName TEXT, FatherNum TEXT, GroupMask INTEGER, Postable TEXT, ActCurr TEXT);
INSERT INTO OACT VALUES ('100000', '자산', NULL, 1, 'N', 'KRW'), ('108000', '외상매출금', '100000', 1, 'Y', 'KRW'), ('146000', '상품', '100000', 1, 'Y', 'KRW'), ('251000', '외상매입금', NULL, 2, 'Y', 'KRW'), ('255000', '부가세', NULL, 2, 'Y', 'KRW'),
  ('401000', '상품매출', NULL, 4, 'Y', 'KRW'), ('451000', '상품매출원가', NULL, 5, 'Y', 'KRW'), ('103000', '보통예금', '100000', 1, 'Y', 'KRW');
CREATE TABLE OJDT (TransId INTEGER, RefDate TEXT, TransType TEXT, CreatedBy INTEGER);
CREATE TABLE JDT1 (TransId INTEGER, Line_ID INTEGER, Account TEXT, ShortName TEXT, Debit NUMERIC, Credit NUMERIC, RefDate TEXT, LineMemo TEXT);
INSERT INTO OJDT VALUES (1, '2026-10-12', '13', 1), (2, '2026-10-15', '13', 2), (3, '2026-10-20', '14', 1), (4, '2026-10-10', '15', 1), (5, '2026-10-15', '15', 2), (6, '2026-10-25', '24', 1), (7, '2026-10-08', '18', 1);
INSERT INTO JDT1 VALUES (1, 0, '108000', 'C10', 4400, 0, '2026-10-12', NULL), (1, 1, '401000', '401000', 0, 4000, '2026-10-12', NULL), (1, 2, '255000', '255000', 0, 400, '2026-10-12', NULL),
  (2, 0, '108000', 'C11', 6600, 0, '2026-10-15', NULL), (2, 1, '401000', '401000', 0, 6000, '2026-10-15', NULL), (2, 2, '255000', '255000', 0, 600, '2026-10-15', NULL),
  (3, 0, '108000', 'C10', 0, 1100, '2026-10-20', NULL), (3, 1, '401000', '401000', 1000, 0, '2026-10-20', NULL), (3, 2, '255000', '255000', 100, 0, '2026-10-20', NULL), (3, 3, '451000', '451000', 0, 600, '2026-10-20', NULL), (3, 4, '146000', '146000', 600, 0, '2026-10-20', NULL),
  (4, 0, '451000', '451000', 2400, 0, '2026-10-10', NULL), (4, 1, '146000', '146000', 0, 2400, '2026-10-10', NULL), (5, 0, '451000', '451000', 3600, 0, '2026-10-15', NULL), (5, 1, '146000', '146000', 0, 3600, '2026-10-15', NULL),
  (6, 0, '103000', '103000', 2000, 0, '2026-10-25', NULL), (6, 1, '108000', 'C10', 0, 2000, '2026-10-25', NULL), (7, 0, '146000', '146000', 9000, 0, '2026-10-08', NULL), (7, 1, '255000', '255000', 900, 0, '2026-10-08', NULL), (7, 2, '251000', 'V12', 0, 9900, '2026-10-08', NULL);
CREATE TABLE OWOR (DocEntry INTEGER, DocNum INTEGER, ItemCode TEXT, Status TEXT, PlannedQty NUMERIC, CmpltQty NUMERIC, PostDate TEXT, DueDate TEXT, Warehouse TEXT);
INSERT INTO OWOR VALUES (1, 9001, 'P1', 'R', 10, 4, '2026-10-02', '2026-11-30', '01'), (2, 9002, 'P1', 'C', 99, 0, '2026-10-02', '2026-11-30', '01');
CREATE TABLE OHEM (empID INTEGER, firstName TEXT, lastName TEXT, dept INTEGER, Active TEXT, userId INTEGER, jobTitle TEXT);
INSERT INTO OHEM VALUES (1, '민준', '김', 1, 'Y', 1, '팀장');
CREATE TABLE OUDP (Code INTEGER, Name TEXT);
INSERT INTO OUDP VALUES (1, '영업팀');
